import { EPHEMERAL_MACHINE_MINUTES, KEY_EXPIRY_DAYS } from "@sallyport/protocol";
import { Choice, Field } from "../../ui/index.tsx";
import { CheckField, type Refusal } from "../keys/index.ts";
import type { KeyTerms, TermField } from "./key-terms.ts";

interface KeyTermsFieldsProps {
  terms: KeyTerms;
  onChange: (terms: KeyTerms) => void;
  refusal: Refusal<string> | undefined;
}

/** What a key is good for: the part that every form which makes one has. */
export function KeyTermsFields({ terms, onChange, refusal }: KeyTermsFieldsProps) {
  const change = (difference: Partial<KeyTerms>) => onChange({ ...terms, ...difference });
  const problem = (field: TermField) => (refusal?.field === field ? refusal.words : undefined);
  return (
    <>
      <div className="grid justify-items-start gap-1.5">
        <Choice
          label="How often it may be used"
          options={[
            { value: "single", words: "Single use" },
            { value: "reusable", words: "Reusable" },
          ]}
          value={terms.reusable ? "reusable" : "single"}
          onChange={(value) => change({ reusable: value === "reusable" })}
        />
        <p className="text-ink-3 text-xs">
          {terms.reusable ? "For a fleet: every machine that has it enrols itself." : "For one machine."}
        </p>
      </div>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field
          label="Expires after, in days"
          inputMode="numeric"
          autoComplete="off"
          value={terms.expiryDays}
          onChange={(event) => change({ expiryDays: event.target.value })}
          hint={`${KEY_EXPIRY_DAYS.min} to ${KEY_EXPIRY_DAYS.max}. Machines that it enrolled stay.`}
          problem={problem("expiry_days")}
        />
        {terms.reusable && (
          <Field
            label="Maximum uses"
            inputMode="numeric"
            autoComplete="off"
            placeholder="Any number"
            value={terms.maxUses}
            onChange={(event) => change({ maxUses: event.target.value })}
            problem={problem("max_uses")}
          />
        )}
        <Field
          label="Tags"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="web, prod"
          value={terms.tags}
          onChange={(event) => change({ tags: event.target.value })}
          hint="Its machines get them, or choose among them."
          problem={problem("allowed_tags")}
        />
        <Field
          label="Allowed addresses"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="Any"
          value={terms.cidrs}
          onChange={(event) => change({ cidrs: event.target.value })}
          hint="Addresses or subnets, such as 10.0.0.0/8."
          problem={problem("allowed_cidrs")}
        />
      </div>
      <CheckField
        label="Ephemeral"
        hint={`Its machines are deleted when they have been offline for ${EPHEMERAL_MACHINE_MINUTES} minutes.`}
        checked={terms.ephemeral}
        onChange={(ephemeral) => change({ ephemeral })}
      />
    </>
  );
}
