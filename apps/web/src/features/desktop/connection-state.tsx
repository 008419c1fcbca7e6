import { useEffect, useState } from "react";
import { t } from "../../lib/texts.ts";
import { Dot } from "../../ui/index.tsx";
import { type DescribedMachine, describeDesktop } from "./describe-desktop.ts";
import type { DesktopState, Way } from "./desktop-state.ts";

interface ConnectionStateProps {
  state: DesktopState;
  machine: DescribedMachine;
  way: Way | undefined;
  latencyMs: number | undefined;
  /** The machine lets this viewer only look. */
  isViewOnly: boolean;
  onNow: () => void;
}

const TICK_MS = 1_000;

/** How it stands, in words; and in milliseconds for those who wonder why it is slow. */
export function ConnectionState({ state, machine, way, latencyMs, isViewOnly, onNow }: ConnectionStateProps) {
  const { tone, words, pulse = false, hint } = describeDesktop(state, machine);
  return (
    <div className="flex min-w-0 items-center gap-1.5 text-ink-2 text-sm max-sm:order-last max-sm:h-7 max-sm:w-full">
      <Dot tone={tone} pulse={pulse} />
      <span className="shrink-0" title={hint}>
        <span role="status">{words}</span>
        {state.phase === "reconnecting" && <Since sinceMs={state.sinceMs} />}
      </span>
      {state.phase === "reconnecting" && (
        <button
          type="button"
          aria-label={t("Reconnect now")}
          onClick={onNow}
          className="shrink-0 rounded-sm px-1.5 py-0.5 font-medium text-accent hover:bg-hover"
        >
          {t("Now")}
        </button>
      )}
      {state.phase === "active" && (
        <>
          {latencyMs !== undefined && (
            <span className="shrink-0 text-ink-3 tabular-nums" title={t("From you to the machine and back")}>
              {latencyMs < 9.95 ? latencyMs.toFixed(1) : Math.round(latencyMs)} ms
            </span>
          )}
          {way?.via === "stream" && (
            <span
              className="truncate text-warn"
              title={t("Because {{because}}", { because: way.because ?? t("the direct way is blocked") })}
            >
              {t("· through the control plane")}
            </span>
          )}
          {isViewOnly && <span className="shrink-0 text-ink-3">{t("· view only")}</span>}
        </>
      )}
    </div>
  );
}

function Since({ sinceMs }: { sinceMs: number }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((nowMs - sinceMs) / 1_000));
  return (
    <span aria-hidden="true" className="tabular-nums">
      {" "}
      {t("since {{time}}", { time: seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min` })}
    </span>
  );
}
