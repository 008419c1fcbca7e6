import { EPHEMERAL_MACHINE_MINUTES, KEY_EXPIRY_DAYS } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
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
          label={t("How often it may be used")}
          options={[
            { value: "single", words: t("Single use") },
            { value: "reusable", words: t("Reusable") },
          ]}
          value={terms.reusable ? "reusable" : "single"}
          onChange={(value) => change({ reusable: value === "reusable" })}
        />
        <p className="text-ink-3 text-xs">
          {terms.reusable ? t("For a fleet: every machine that has it enrols itself.") : t("For one machine.")}
        </p>
      </div>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field
          label={t("Expires after, in days")}
          inputMode="numeric"
          autoComplete="off"
          value={terms.expiryDays}
          onChange={(event) => change({ expiryDays: event.target.value })}
          hint={t("{{min}} to {{max}}. Machines that it enrolled stay.", {
            min: KEY_EXPIRY_DAYS.min,
            max: KEY_EXPIRY_DAYS.max,
          })}
          problem={problem("expiry_days")}
        />
        {terms.reusable && (
          <Field
            label={t("Maximum uses")}
            inputMode="numeric"
            autoComplete="off"
            placeholder={t("Any number")}
            value={terms.maxUses}
            onChange={(event) => change({ maxUses: event.target.value })}
            problem={problem("max_uses")}
          />
        )}
        <Field
          label={t("Tags")}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder={t("web, prod")}
          value={terms.tags}
          onChange={(event) => change({ tags: event.target.value })}
          hint={t("Its machines get them, or choose among them.")}
          problem={problem("allowed_tags")}
        />
        <Field
          label={t("Allowed addresses")}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder={t("Any")}
          value={terms.cidrs}
          onChange={(event) => change({ cidrs: event.target.value })}
          hint={t("Addresses or subnets, such as 10.0.0.0/8.")}
          problem={problem("allowed_cidrs")}
        />
      </div>
      <CheckField
        label={t("Ephemeral")}
        hint={t("Its machines are deleted when they have been offline for {{minutes}} minutes.", {
          minutes: EPHEMERAL_MACHINE_MINUTES,
        })}
        checked={terms.ephemeral}
        onChange={(ephemeral) => change({ ephemeral })}
      />
    </>
  );
}
