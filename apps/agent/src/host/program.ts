import type { RecordedOutput } from "@sallyport/protocol";
import type { Pty } from "../pty/pty.ts";

/** What a session runs: a shell on a terminal, or a command or diagnostic that speaks in records (see `records.ts`). */
export type Program = Omit<Pty, "pid" | "onDrain" | "signal"> & {
  /** Undefined where it is no process of its own. */
  readonly pid?: number;
  /** The beginning of its output, of a command where that is to be recorded. */
  recorded?(): RecordedOutput | undefined;
};
