import type { RecordedOutput } from "@sallyport/protocol";
import type { Pty } from "../pty/pty.ts";

/** What a session runs: a shell on a terminal, or a command on pipes that speaks in records (see `exec-records.ts`). */
export type Program = Pick<
  Pty,
  "pid" | "onOutput" | "onExit" | "write" | "pendingWriteBytes" | "pause" | "resume" | "resize" | "hangup"
> & {
  /** The beginning of its output, of a command where that is to be recorded. */
  recorded?(): RecordedOutput;
};
