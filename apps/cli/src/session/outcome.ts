import type { SessionState } from "@sallyport/client";
import { ERRORS, exitStatus } from "@sallyport/protocol";

/** How the command ends: what a script sees, and what a person is told. */
export interface Outcome {
  status: number;
  /** Undefined when the program ended by itself: its own words are enough. */
  message: string | undefined;
}

/** A status that shells give for a program killed by signal N. */
const SIGNALLED = 128;

/** How the command ends in this state of its session; undefined while it goes on. */
export function outcomeOf(state: SessionState, { endedByUs = false } = {}): Outcome | undefined {
  switch (state.state) {
    case "ended":
      return endedByUs ? { status: 0, message: "The session was ended." } : ended(state);
    case "refused":
      return { status: refusalStatus(state.code), message: `${state.code}: ${state.message}` };
    case "taken_over":
      return { status: ERRORS.SESSION_TAKEN_OVER.exit, message: ERRORS.SESSION_TAKEN_OVER.message({}) };
    default:
      return undefined;
  }
}

function ended({ exit, cause }: SessionState & { state: "ended" }): Outcome {
  if (exit && exit.code === undefined) {
    if (exit.signal !== null) {
      return { status: SIGNALLED + (exit.signal & 0x7f), message: `The program was killed by signal ${exit.signal}.` };
    }
    if (exit.exit_code !== null) return { status: programStatus(exit.exit_code), message: undefined };
  }
  const why = exit?.message ?? `The session has ended: ${cause.replaceAll("_", " ")}`;
  return { status: exitStatus(exit?.code ?? cause.toUpperCase()), message: why };
}

/** Windows has statuses of 32 bits. What does not fit keeps its low byte, and a failure never looks like success. */
function programStatus(exitCode: number): number {
  return exitCode >= 0 && exitCode <= 255 ? exitCode : exitCode & 255 || 1;
}

const refusalStatus = (code: string): number => (code === "UNREACHABLE" ? 255 : exitStatus(code));
