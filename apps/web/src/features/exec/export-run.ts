import { plainText } from "../../lib/plain-text.ts";
import { t } from "../../lib/texts.ts";
import type { CommandResult } from "./command-result.ts";

export interface RunFacts {
  runId: string;
  command: string;
  startedAt: string;
  results: readonly CommandResult[];
}

/** A run for programs: in the names that `gatekey-admin exec -o json` uses. */
export const exportRun = ({ runId, command, startedAt, results }: RunFacts) => ({
  run_id: runId,
  command,
  started_at: startedAt,
  machines: results.map((result) => {
    const { machineId, machineName, sessionId, state, durationMs, output } = result;
    return {
      node: machineName,
      id: machineId,
      session: sessionId ?? null,
      status: state.is,
      exit_code: state.is === "exited" ? state.exitCode : null,
      error: state.is === "failed" ? state.reason : null,
      duration_ms: durationMs === undefined ? null : Math.round(durationMs),
      stdout: output?.stdout ?? null,
      stderr: output?.stderr ?? null,
      truncated: output?.isCut ?? null,
    };
  }),
});

/** All results as text, each under the name of its machine. */
export const runAsText = (results: readonly CommandResult[]): string =>
  results
    .map(({ machineName, state, output }) => {
      const end =
        state.is === "exited"
          ? t("exit {{exitCode}}", { exitCode: state.exitCode })
          : state.is === "failed"
            ? state.reason
            : state.is;
      const streams = [output?.stdout, output?.stderr].filter((text) => text !== undefined && text !== "");
      return [`--- ${machineName}: ${end}`, ...streams.map((text) => plainText(text ?? "").trimEnd())].join("\n");
    })
    .join("\n\n");
