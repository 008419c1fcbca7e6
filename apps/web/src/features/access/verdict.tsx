import type { AccessExplanation, MachineView } from "@sallyport/protocol";
import { CircleCheck, CircleX } from "lucide-react";
import { errorMessage } from "../../api/errors.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Notice, Spinner } from "../../ui/index.tsx";
import type { AccessQuestion } from "./access-question.ts";
import { describeRule } from "./describe-rule.ts";
import { useExplanation } from "./use-explanation.ts";
import { VERB_WORDS } from "./verb-words.ts";

interface VerdictProps {
  orgId: string;
  machines: readonly MachineView[];
  question: AccessQuestion;
}

/** Whether one person may, and what decides it. */
export function Verdict({ orgId, machines, question }: VerdictProps) {
  const explanation = useExplanation(orgId, machines, question);
  if (explanation.isPending) {
    return (
      <p role="status" className="flex items-center gap-2.5 text-ink-2 text-sm">
        <Spinner />
        {t("Asking…")}
      </p>
    );
  }
  if (explanation.isError) return <Notice tone="danger" title={errorMessage(explanation.error)} />;
  const { allowed, reason, rule, viewer_machine_id, consent_required, code } = explanation.data;
  const machine = machines.find(({ id }) => id === question.machine)?.name ?? question.machine;
  const viewer = machines.find(({ id }) => id === viewer_machine_id)?.name;
  const Icon = allowed ? CircleCheck : CircleX;
  return (
    <div
      role="status"
      className={`flex items-start gap-2.5 rounded-md px-3 py-2.5 text-sm ${allowed ? "bg-ok-soft" : "bg-danger-soft"}`}
    >
      <Icon className={`mt-0.5 size-4 shrink-0 ${allowed ? "text-ok" : "text-danger"}`} aria-hidden="true" />
      <div className="wrap-break-word min-w-0 text-ink-2">
        <p className="font-medium text-ink">
          {rich(
            !allowed
              ? t("<0> may not {{do}} <1>", { do: VERB_WORDS[question.verb].does })
              : consent_required
                ? t("<0> may {{do}} <1>, once somebody consents", { do: VERB_WORDS[question.verb].does })
                : t("<0> may {{do}} <1>", { do: VERB_WORDS[question.verb].does }),
            <bdi>{question.person}</bdi>,
            <bdi>{machine}</bdi>,
          )}
        </p>
        <p>
          {reason}.{code && <span className="ml-1.5 font-mono text-xs">{code}</span>}
        </p>
        {consent_required && <p>{t("The machine's owner or an admin consents, each time.")}</p>}
        {rule && <DecidingRule rule={rule} viewer={viewer} />}
      </div>
    </div>
  );
}

const DecidingRule = ({
  rule,
  viewer,
}: {
  rule: NonNullable<AccessExplanation["rule"]>;
  viewer: string | undefined;
}) => (
  <p>
    {rich(
      t("Decided by <0> with priority {{priority}}: <1>.", { priority: rule.priority }),
      rule.name ? <bdi className="font-medium">{rule.name}</bdi> : t("a rule"),
      describeRule(rule),
    )}{" "}
    {viewer && t("Their machine is {{viewer}}.", { viewer })}
  </p>
);
