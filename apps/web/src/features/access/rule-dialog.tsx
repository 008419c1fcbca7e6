import type { MachineView } from "@sallyport/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useMemo, useState } from "react";
import { errorMessage } from "../../api/errors.ts";
import { RECORDS } from "../../api/records.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Button, Choice, Dialog, Field, Notice, useToast } from "../../ui/index.tsx";
import type { AclRule, RuleDraft } from "./acl-rule.ts";
import { describeRule, fieldOfRefusal, noteOnSelector, suggestSelectors } from "./describe-rule.ts";
import { PRIORITY } from "./order-rules.ts";
import { changeRule, createRule } from "./rule-writes.ts";

interface RuleDialogProps {
  orgId: string;
  /** The one to edit; undefined for a new one. */
  rule: AclRule | undefined;
  /** For a new one. */
  priority: number;
  machines: readonly MachineView[];
  onClose: () => void;
}

const NEW = { name: "", action: "deny", source: "", destination: "", enabled: true, description: "" } as const;
const FIELDS = ["source", "destination", "priority", "name", "description"];

/** Writes a new rule, or an old one anew. */
export function RuleDialog({ orgId, rule, priority, machines, onClose }: RuleDialogProps) {
  const formId = useId();
  const queries = useQueryClient();
  const toast = useToast();
  const suggestions = useMemo(() => suggestSelectors(machines), [machines]);
  const [draft, setDraft] = useState(() => ({
    action: rule?.action ?? NEW.action,
    source: rule?.source ?? NEW.source,
    destination: rule?.destination ?? NEW.destination,
    priority: String(rule?.priority ?? priority),
    name: rule?.name ?? NEW.name,
    description: rule?.description ?? NEW.description,
    enabled: rule?.enabled ?? NEW.enabled,
  }));
  const change = (to: Partial<typeof draft>) => setDraft({ ...draft, ...to });
  const save = useMutation({
    mutationFn: async () => {
      const written: RuleDraft = {
        ...draft,
        // What is no number is the server's to refuse, in its words.
        priority: draft.priority.trim() === "" ? Number.NaN : Number(draft.priority),
        name: draft.name.trim() || null,
        description: draft.description.trim() || null,
      };
      if (rule) await changeRule(orgId, rule.id, written);
      else await createRule(orgId, written);
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: [RECORDS] });
      toast(rule ? t("Rule saved") : t("Rule added"));
      onClose();
    },
  });
  const refusal = save.isError ? errorMessage(save.error) : undefined;
  const refused = refusal && fieldOfRefusal(refusal);
  const problemOf = (field: string) => (refused === field ? refusal : undefined);
  const isWritten = draft.source.trim() !== "" && draft.destination.trim() !== "";

  return (
    <Dialog
      title={rule ? t("Edit the rule") : t("Add a rule")}
      size="wide"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button type="submit" form={formId} look="primary" busy={save.isPending}>
            {rule ? t("Save") : t("Add rule")}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="flex">
          <Choice
            label={t("Action")}
            options={[
              { value: "deny", words: t("Deny") },
              { value: "allow", words: t("Allow") },
            ]}
            value={draft.action}
            onChange={(action) => change({ action })}
          />
        </div>
        <datalist id={`${formId}-machines`}>
          {suggestions.map((selector) => (
            <option key={selector} value={selector} />
          ))}
        </datalist>
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Field
            label={t("Source")}
            list={`${formId}-machines`}
            autoComplete="off"
            autoFocus
            spellCheck={false}
            placeholder={t("Where the person is")}
            value={draft.source}
            onChange={(event) => change({ source: event.target.value })}
            problem={problemOf("source")}
            hint={hintOn(draft.source, machines)}
          />
          <Field
            label={t("Destination")}
            list={`${formId}-machines`}
            autoComplete="off"
            spellCheck={false}
            placeholder={t("Whose desktop it is")}
            value={draft.destination}
            onChange={(event) => change({ destination: event.target.value })}
            problem={problemOf("destination")}
            hint={hintOn(draft.destination, machines)}
          />
        </div>
        <p className="-mt-2 text-ink-3 text-xs">
          {rich(
            t(
              "Each is <0> for any machine, a machine's name, its tailnet address, a subnet such as <1>, or <2>. There are no patterns.",
            ),
            <Code>*</Code>,
            <Code>100.64.0.0/24</Code>,
            <Code>tag:web</Code>,
          )}
        </p>
        <div className="grid items-start gap-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
          <Field
            label={t("Priority")}
            type="number"
            inputMode="numeric"
            min={PRIORITY.min}
            max={PRIORITY.max}
            value={draft.priority}
            onChange={(event) => change({ priority: event.target.value })}
            problem={problemOf("priority")}
            hint={t("The lowest counts first")}
          />
          <Field
            label={t("Name (optional)")}
            autoComplete="off"
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
            problem={problemOf("name")}
          />
        </div>
        <Field
          label={t("Description (optional)")}
          autoComplete="off"
          value={draft.description}
          onChange={(event) => change({ description: event.target.value })}
          problem={problemOf("description")}
        />
        <label className="flex w-fit items-center gap-2.5 text-sm">
          <input
            type="checkbox"
            checked={draft.enabled}
            onChange={(event) => change({ enabled: event.target.checked })}
            className="size-4 accent-accent pointer-coarse:size-5"
          />
          {t("Enabled")}
        </label>
        {isWritten && (
          <Notice title={draft.enabled ? describeRule(draft) : t("Not enabled: it decides nothing")}>
            {draft.enabled &&
              (draft.action === "deny"
                ? t("Peer desktops that are open and it denies are ended at once.")
                : t("Unless a rule with a lower priority denies it."))}
          </Notice>
        )}
        {refusal && !(refused && FIELDS.includes(refused)) && <Notice tone="danger" title={refusal} />}
      </form>
    </Dialog>
  );
}

function hintOn(selector: string, machines: readonly MachineView[]): ReactNode {
  const note = noteOnSelector(selector, machines);
  return note?.isNone ? <span className="text-warn">{note.words}</span> : note?.words;
}

const Code = ({ children }: { children: string }) => <code className="font-mono text-ink-2">{children}</code>;
