const NORMAL_CLOSE = 1000;

export interface EndedStream {
  /** Of its close; 1006 when it broke off or never opened. */
  code: number;
  /** Whether the exit was the last thing that was sent on it. */
  exitSent: boolean;
  /** Whether the session's program has ended. */
  hasExited: boolean;
  /** Whether the session was told to end. */
  isEnding: boolean;
  /** How long the session waits for a viewer. */
  graceSeconds: number;
}

export type OnStreamEnded =
  /** Let the session go: its viewer has everything, or nobody shall have it. */
  | { act: "finish" }
  /** The rest of its output is for nobody; the program's end, which is near, finishes it. */
  | { act: "discard" }
  /** Somebody may attach within this time. */
  | { act: "wait"; ms: number };

/**
 * What becomes of a session whose stream has ended. A close with 1000 after the exit says that the viewer has seen the
 * exit; whatever else happened, the viewer may come back, and what it has not seen is kept for it.
 */
export function decideOnStreamEnded({ code, exitSent, hasExited, isEnding, graceSeconds }: EndedStream): OnStreamEnded {
  if (isEnding) return { act: hasExited ? "finish" : "discard" };
  if (exitSent && code === NORMAL_CLOSE) return { act: "finish" };
  return { act: "wait", ms: graceSeconds * 1_000 };
}
