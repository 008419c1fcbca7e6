import type { ExecProgram, SessionKind } from "@sallyport/protocol";
import type { AuditAction } from "../audit/index.ts";

/** What a session runs. `program` is what its machine is told of it, beyond where to show it; null for a shell. */
export interface SessionProgram {
  kind: SessionKind;
  program: object | null;
  /** Of commands that were started together. */
  runId: string | null;
}

/** Of a command whose standard input is commands: see `ExecRequest`. */
export interface Lines {
  lines: boolean;
}

export const takesLines = ({ kind, program }: Pick<SessionProgram, "kind" | "program">): boolean =>
  kind === "exec" && (program as Partial<Lines>).lines === true;

export const SHELL: SessionProgram = { kind: "shell", program: null, runId: null };

interface Event {
  action: AuditAction;
  metadata: Record<string, unknown>;
}

/** What is recorded when a session begins; nothing of a diagnostic, which has records of its own. */
export function beginningOf({ kind, program, runId }: SessionProgram): Event | undefined {
  switch (kind) {
    case "shell":
      return { action: "session.connected", metadata: {} };
    case "exec": {
      const { command, timeout_seconds } = program as ExecProgram;
      if (takesLines({ kind, program })) return { action: "session.connected", metadata: { mode: "lines", command } };
      return { action: "session.command_started", metadata: { command, timeout_seconds, run_id: runId } };
    }
    case "diagnostic":
      return undefined;
  }
}

/** The same when it ends. */
export function endOf({ kind, program, runId }: SessionProgram, exitCode: number | null): Event | undefined {
  switch (kind) {
    case "shell":
      return { action: "session.disconnected", metadata: {} };
    case "exec": {
      if (takesLines({ kind, program })) return { action: "session.disconnected", metadata: { mode: "lines" } };
      const { command } = program as ExecProgram;
      return { action: "session.command_ended", metadata: { command, run_id: runId, exit_code: exitCode } };
    }
    case "diagnostic":
      return undefined;
  }
}
