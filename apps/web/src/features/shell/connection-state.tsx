import type { SessionState } from "@sallyport/client";
import { useEffect, useState } from "react";
import { t } from "../../lib/texts.ts";
import { Dot } from "../../ui/index.tsx";
import { type PendingWords, waitingWords } from "./pending-text.ts";
import { describeSession } from "./session-words.ts";
import type { Latency } from "./use-shell-session.ts";

interface ConnectionStateProps {
  state: SessionState;
  latency: Latency | undefined;
  pending: PendingWords;
  onNow: () => void;
}

const FRESH_MS = 4_000;
const TICK_MS = 250;

/**
 * How the connection is: in words for everybody, in milliseconds for those who wonder why it is slow. Always of the same
 * height, or the terminal below would change its size with every word.
 */
export function ConnectionState({ state, latency, pending, onNow }: ConnectionStateProps) {
  const { nowMs, isFresh } = useStateAge(state);
  const { tone, words, rest, pulse = false, why } = describeSession(state, nowMs, isFresh);
  return (
    <div className="flex min-w-0 items-center gap-1.5 text-ink-2 text-sm max-sm:order-last max-sm:h-7 max-sm:w-full">
      <Dot tone={tone} pulse={pulse} />
      <span className="shrink-0" title={why}>
        <span role="status">{words}</span>
        {rest && (
          <span aria-hidden="true" className="tabular-nums">
            {rest}
          </span>
        )}
      </span>
      {state.state === "reconnecting" && state.retryAt > nowMs && (
        <button
          type="button"
          aria-label={t("Reconnect now")}
          onClick={onNow}
          className="shrink-0 rounded-sm px-1.5 py-0.5 font-medium text-accent hover:bg-hover"
        >
          {t("Now")}
        </button>
      )}
      {pending.count > 0 && <span className="truncate text-warn">· {waitingWords(pending.count)}</span>}
      {state.state === "connected" && pending.count === 0 && latency && <LatencyFigures {...latency} />}
    </div>
  );
}

function LatencyFigures({ controlPlaneMs, machineMs }: Latency) {
  const controlPlane = milliseconds(controlPlaneMs);
  return (
    <span
      className="truncate text-ink-3 tabular-nums"
      title={
        machineMs === undefined
          ? t("From you to the control plane and back {{controlPlane}}. Measured every 5 seconds.", { controlPlane })
          : t(
              "From you to the control plane and back {{controlPlane}}, from there to the machine and back {{machine}}. Measured every 5 seconds.",
              { controlPlane, machine: milliseconds(machineMs) },
            )
      }
    >
      <span className="max-lg:hidden">{t("you ↔ control plane")} </span>
      {controlPlane}
      {machineMs !== undefined && (
        <>
          <span className="max-lg:hidden"> {t("· control plane ↔ machine")} </span>
          <span className="lg:hidden"> + </span>
          {milliseconds(machineMs)}
        </>
      )}
    </span>
  );
}

const milliseconds = (ms: number): string => t("{{value}} ms", { value: ms < 9.95 ? ms.toFixed(1) : Math.round(ms) });

/** The time while it counts down, and whether the state is a new one. */
function useStateAge(state: SessionState): { nowMs: number; isFresh: boolean } {
  const [nowMs, setNowMs] = useState(Date.now);
  const [since, setSince] = useState({ state, atMs: nowMs });
  if (since.state !== state) setSince({ state, atMs: Date.now() });

  const isCounting = state.state === "reconnecting";
  useEffect(() => {
    setNowMs(Date.now());
    if (isCounting) {
      const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
      return () => clearInterval(timer);
    }
    // Once is enough to see that it has been like that for a while.
    const timer = setTimeout(() => setNowMs(Date.now()), since.atMs + FRESH_MS - Date.now());
    return () => clearTimeout(timer);
  }, [isCounting, since]);

  return { nowMs, isFresh: nowMs < since.atMs + FRESH_MS };
}
