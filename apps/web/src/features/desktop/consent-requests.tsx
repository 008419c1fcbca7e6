import type { DesktopSessionView } from "@sallyport/protocol";
import { MonitorUp } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Button } from "../../ui/index.tsx";
import { requestsFor } from "./live-desktops.ts";
import { secondsLeft } from "./seconds-left.ts";
import { useDecision } from "./use-decision.ts";
import { useLooker } from "./use-looker.ts";

/**
 * Who wants to see which desktop, on every page of whoever may allow it. Beside the page and not over it, and without the
 * focus: somebody who types must not consent with the next Enter.
 */
export function ConsentRequests() {
  const { org, sessions, who } = useLooker();
  const requests = requestsFor(sessions ?? [], who);
  const asksAlways = (id: string) => who.machines?.find((machine) => machine.id === id)?.desktop?.consent === "always";
  if (!org || requests.length === 0) return null;
  return (
    <section
      aria-label={t("Consent requests")}
      // With room around the cards, or what scrolls would cut their shadows off.
      className="fixed right-0 bottom-0 z-50 grid max-h-dvh w-98 max-w-full gap-2 overflow-y-auto p-3"
    >
      {requests.map((request) => (
        <Request key={request.id} orgId={org.id} request={request} isPersonAsked={asksAlways(request.machine_id)} />
      ))}
    </section>
  );
}

const TICK_MS = 1_000;

interface RequestProps {
  orgId: string;
  request: DesktopSessionView;
  /** By the machine itself, whatever is decided here. */
  isPersonAsked: boolean;
}

function Request({ orgId, request, isPersonAsked }: RequestProps) {
  const titleId = useId();
  const decide = useDecision(orgId);
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const { id, viewer_email, machine_name, session_type } = request;
  return (
    <div
      role="alertdialog"
      aria-labelledby={titleId}
      className="animate-rise rounded-xl bg-raised p-4 text-ink shadow-float"
    >
      <div className="flex items-start gap-3">
        <MonitorUp className="mt-0.5 size-5 shrink-0 text-accent" strokeWidth={1.75} aria-hidden="true" />
        <div className="min-w-0 flex-1">
          <h2 id={titleId} className="wrap-anywhere text-balance font-medium text-base">
            {rich(t("<0> asks to see the desktop of <1>"), <bdi>{viewer_email}</bdi>, <bdi>{machine_name}</bdi>)}
          </h2>
          <p className="mt-0.5 text-ink-2 text-sm">
            {session_type === "admin" && t("They are an administrator.")}{" "}
            {t("They will see the screen and have its pointer, keys and clipboard until the session ends.")}
          </p>
          {isPersonAsked && (
            <p className="mt-1 text-ink-2 text-sm">
              {t("The person at the machine is asked in any case: without their consent nothing is shown.")}
            </p>
          )}
        </div>
      </div>
      <div className="mt-3 flex items-center justify-end gap-2">
        <span className="mr-auto text-ink-3 text-xs tabular-nums" aria-hidden="true">
          {t("{{request}} s left", { request: secondsLeft(request, nowMs) })}
        </span>
        <Button
          size="small"
          look="danger"
          disabled={decide.isPending}
          onClick={() => decide.mutate({ act: "reject_consent", sessionId: id })}
        >
          {t("Refuse")}
        </Button>
        <Button
          size="small"
          look="primary"
          busy={decide.isPending && decide.variables.act === "approve_consent"}
          disabled={decide.isPending}
          onClick={() => decide.mutate({ act: "approve_consent", sessionId: id })}
        >
          {t("Allow")}
        </Button>
      </div>
    </div>
  );
}
