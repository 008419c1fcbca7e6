import type { MachineView, MemberView } from "@sallyport/protocol";
import { errorMessage } from "../../api/errors.ts";
import { t } from "../../lib/texts.ts";
import { Dot, Notice, Skeleton } from "../../ui/index.tsx";
import type { AccessQuestion } from "./access-question.ts";
import { useExplanations } from "./use-explanation.ts";

interface EverybodysAnswersProps {
  orgId: string;
  members: readonly MemberView[];
  machines: readonly MachineView[];
  /** Its person is not looked at. */
  question: AccessQuestion;
}

/** Each is a question to the server of its own. */
const ASKED_AT_ONCE = 50;

/** Who of the members may, and why. */
export function EverybodysAnswers({ orgId, members, machines, question }: EverybodysAnswersProps) {
  const asked = members.slice(0, ASKED_AT_ONCE);
  const answers = useExplanations(orgId, machines, { question, userIds: asked.map(({ user_id }) => user_id) });
  // What is wrong with the question is wrong with all of them.
  const failed = answers.find(({ isError }) => isError);
  if (failed) return <Notice tone="danger" title={errorMessage(failed.error)} />;
  return (
    <div className="grid gap-2">
      <ul aria-label={t("Who may")} className="grid gap-x-6 gap-y-1.5 text-sm lg:grid-cols-2">
        {asked.map(({ user_id, email }, index) => {
          const answer = answers[index]?.data;
          return (
            <li key={user_id} className="flex min-w-0 items-baseline gap-2">
              <Dot tone={answer === undefined ? "neutral" : answer.allowed ? "ok" : "danger"} />
              <span className="min-w-0">
                <bdi className="wrap-break-word font-medium">{email}</bdi>{" "}
                {answer ? (
                  <span className="text-ink-2">
                    {!answer.allowed ? t("may not") : answer.consent_required ? t("may, with consent") : t("may")}
                    <span className="text-ink-3">: {answer.reason}</span>
                  </span>
                ) : (
                  <Skeleton className="inline-block h-3 w-32" />
                )}
              </span>
            </li>
          );
        })}
      </ul>
      {members.length > asked.length && (
        <p className="text-ink-3 text-sm">
          {t("The first {{number}} of {{number2}} members; choose a person for the others.", {
            number: asked.length,
            number2: members.length,
          })}
        </p>
      )}
    </div>
  );
}
