import type { DiagnosticReport } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import type { Tone } from "../../ui/index.tsx";
import type { Place } from "./diagnosis.ts";
import type { KeptPlace } from "./kept-runs.ts";

/** A place in the comparison: of a run that goes on, or of one that is remembered. */
export interface PlaceRow {
  location: string;
  label: string;
  tone: Tone;
  word: string;
  /** Why, when it did not go well. */
  detail: string | undefined;
  /** Undefined while it is not over, and for a place where nothing was run. */
  finding: Pick<DiagnosticReport, "status" | "result" | "error"> | undefined;
  durationMs: number | undefined;
  /** What its tool wrote; undefined where that is not kept. */
  output: { text: string; isCut: boolean } | undefined;
}

const STATUSES: Record<KeptPlace["status"], { tone: Tone; word: string }> = {
  success: { tone: "ok", word: t("Success") },
  failed: { tone: "danger", word: t("Failed") },
  timeout: { tone: "warn", word: t("Timeout") },
  refused: { tone: "danger", word: t("Not run") },
  stopped: { tone: "neutral", word: t("Stopped") },
};

/** A place that is being asked, or was just now. */
export function rowOfPlace({ location, state }: Place, label: string): PlaceRow {
  const row = { location, label, detail: undefined, finding: undefined, durationMs: undefined, output: undefined };
  switch (state.is) {
    case "waiting":
      return { ...row, tone: "neutral", word: t("Waiting") };
    case "running":
      return { ...row, tone: "accent", word: t("Running"), output: { text: state.output, isCut: false } };
    case "stopped":
      return { ...row, ...STATUSES.stopped, output: { text: state.output, isCut: false } };
    case "refused":
      return { ...row, ...STATUSES.refused, detail: state.message };
    case "done": {
      const { status, error, duration_ms, output, truncated } = state.run;
      return {
        ...row,
        ...STATUSES[status],
        detail: error ?? undefined,
        finding: state.run,
        durationMs: duration_ms,
        output: { text: output, isCut: truncated },
      };
    }
    default:
      return state satisfies never;
  }
}

/** A place as it is remembered. */
export function rowOfKept({ location, label, status, result, error, duration_ms }: KeptPlace): PlaceRow {
  const wasRun = status !== "refused" && status !== "stopped";
  return {
    location,
    label,
    ...STATUSES[status],
    detail: error ?? undefined,
    finding: wasRun ? { status, result, error } : undefined,
    durationMs: duration_ms ?? undefined,
    output: undefined,
  };
}
