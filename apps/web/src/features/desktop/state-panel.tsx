import type { MachineView } from "@sallyport/protocol";
import { Link, useLocation } from "@tanstack/react-router";
import { Monitor, MonitorOff, MonitorUp } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { t } from "../../lib/texts.ts";
import { Button, buttonClass } from "../../ui/index.tsx";
import { describeDesktop } from "./describe-desktop.ts";
import type { DesktopState } from "./desktop-state.ts";

interface StatePanelProps {
  state: DesktopState;
  name: string;
  machine: MachineView | undefined;
  /** The session can be had without asking anybody. */
  mayGoAsAdmin: boolean;
  /** A new session, of the same kind. */
  onAgain: () => void;
  onAsAdmin: () => void;
  onCallAgain: () => void;
  onGoOn: (sessionId: string) => void;
  onReplace: (sessionId: string) => void;
  onCancel: () => void;
}

const TICK_MS = 1_000;

/** What stands where the picture is not: how it stands, why, and what can be done. */
export function StatePanel(props: StatePanelProps) {
  const { state, name, machine } = props;
  const { tone, title, hint, quote } = describeDesktop(state, { name, consent: machine?.desktop?.consent });
  const isBack =
    state.phase === "refused" &&
    state.code === "MACHINE_OFFLINE" &&
    machine?.status === "online" &&
    !machine.admin_disabled;
  const Icon = tone === "danger" ? MonitorOff : tone === "warn" ? MonitorUp : Monitor;
  return (
    <section
      role={tone === "danger" ? "alert" : "status"}
      aria-label={t("State of the desktop")}
      className="absolute inset-0 grid place-items-center overflow-y-auto px-5 py-8"
    >
      <div className="grid w-full max-w-md justify-items-center gap-3 text-center">
        <Icon
          className={`size-8 ${tone === "danger" ? "text-danger" : "text-ink-3"} ${state.phase === "asking" || state.phase === "calling" ? "animate-pulse-soft" : ""}`}
          strokeWidth={1.5}
          aria-hidden="true"
        />
        <h2 className="wrap-anywhere text-balance font-semibold text-ink text-lg">{title}</h2>
        {quote && (
          <blockquote className="wrap-anywhere w-full rounded-lg border border-line bg-surface px-4 py-3 text-left text-ink-2 text-sm">
            <span className="mb-0.5 block text-ink-3 text-xs">{t("The machine says")}</span>
            {quote}
          </blockquote>
        )}
        {(isBack || hint) && (
          <p className="wrap-break-word text-balance text-ink-2">
            {isBack ? t("{{name}} is online now.", { name }) : hint}
          </p>
        )}
        {state.phase === "consent" && <TimeLeft until={state.until} />}
        <div className="mt-2 flex flex-wrap justify-center gap-2 empty:hidden">
          <Actions {...props} />
        </div>
      </div>
    </section>
  );
}

function Actions(props: StatePanelProps): ReactNode {
  const { state, mayGoAsAdmin, onAgain, onAsAdmin, onCallAgain, onGoOn, onReplace, onCancel } = props;
  const { href } = useLocation();
  const machines = (
    <Link to="/machines" className={buttonClass("quiet")}>
      {t("Machines")}
    </Link>
  );
  const asAdmin = mayGoAsAdmin && <Button onClick={onAsAdmin}>{t("Connect as administrator")}</Button>;
  switch (state.phase) {
    case "consent":
      return (
        <>
          <Button look="quiet" onClick={onCancel}>
            {t("Cancel")}
          </Button>
          {asAdmin}
        </>
      );
    case "calling":
      return (
        <>
          <Button look="quiet" onClick={onCancel}>
            {t("Cancel")}
          </Button>
          {state.session.refusal && (
            <Button look="primary" onClick={onCallAgain}>
              {t("Try again")}
            </Button>
          )}
        </>
      );
    case "exists":
      return (
        <>
          {machines}
          <Button onClick={() => onReplace(state.sessionId)}>{t("End it and begin anew")}</Button>
          <Button look="primary" onClick={() => onGoOn(state.sessionId)}>
            {t("Go on here")}
          </Button>
        </>
      );
    case "elsewhere":
      return (
        <>
          {machines}
          <Button look="primary" onClick={() => onGoOn(state.session.id)}>
            {t("Take it back")}
          </Button>
        </>
      );
    case "over":
      return (
        <>
          {machines}
          {asAdmin}
          <Button look="primary" onClick={onAgain}>
            {state.session.status === "rejected" ? t("Ask again") : t("Connect again")}
          </Button>
        </>
      );
    case "refused":
      if (state.code === "UNAUTHORIZED") {
        return (
          <Link to="/sign-in" search={{ next: href }} className={buttonClass("primary")}>
            {t("Sign in")}
          </Link>
        );
      }
      return (
        <>
          {machines}
          {state.code === "ACL_DENIED" && asAdmin}
          <Button look="primary" onClick={onAgain}>
            {t("Try again")}
          </Button>
        </>
      );
    case "unable":
      return (
        <>
          {machines}
          <Button look="primary" onClick={onAgain}>
            {t("Try again")}
          </Button>
        </>
      );
    default:
      return null;
  }
}

function TimeLeft({ until }: { until: number }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((until - nowMs) / 1_000));
  return (
    <p className="text-ink-3 text-sm tabular-nums" aria-hidden="true">
      {t("{{seconds}} s left", { seconds })}
    </p>
  );
}
