import { Dot, type Tone } from "../../ui/index.tsx";
import type { ShellState } from "./shell-connection.ts";

interface Words {
  tone: Tone;
  word: string;
  pulse?: boolean;
}

/** The state of a connection for people: a colour and a word. */
function connectionWords(state: ShellState): Words {
  switch (state.phase) {
    case "starting":
    case "connecting":
      return { tone: "warn", word: "Connecting…", pulse: true };
    case "open":
      return { tone: "ok", word: "Connected" };
    case "refused":
      return { tone: "danger", word: "Disconnected" };
    case "ended":
      return state.end.exit && !state.end.exit.code
        ? { tone: "neutral", word: "Ended" }
        : { tone: state.end.closeCode === 1000 ? "neutral" : "danger", word: "Disconnected" };
    default:
      return state satisfies never;
  }
}

export function ConnectionState({ state, latencyMs }: { state: ShellState; latencyMs: number | undefined }) {
  const { tone, word, pulse = false } = connectionWords(state);
  return (
    <div className="flex shrink-0 items-center gap-1.5 text-ink-2 text-sm">
      <Dot tone={tone} pulse={pulse} />
      <span role="status">{word}</span>
      {state.phase === "open" && latencyMs !== undefined && (
        <span className="text-ink-3 tabular-nums max-sm:hidden" title="Round trip to the control plane">
          {latencyMs < 10 ? latencyMs.toFixed(1) : Math.round(latencyMs)} ms
        </span>
      )}
    </div>
  );
}
