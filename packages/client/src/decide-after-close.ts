import type { Exit, SessionView } from "@sallyport/protocol";
import { RemoteError } from "@sallyport/protocol";
import { NoAnswer } from "./clock.ts";
import type { StreamEnd } from "./terminal-stream.ts";

/** What a session does when its socket is gone. */
export type AfterClose =
  | { next: "retry"; reason: string; atOnce?: boolean; redraw?: boolean; notBeforeMs?: number }
  | { next: "taken_over" }
  | { next: "elsewhere"; session: SessionView }
  | { next: "ended"; exit: Exit | undefined; cause: string; closeCode: number }
  | { next: "refused"; code: string; message: string }
  /** The close does not say enough: ask over HTTP. */
  | { next: "ask" };

/** Ends of one socket, not of the session, although the server tells them as an exit. */
const SESSION_GOES_ON = new Set([
  "UNAUTHORIZED",
  "SESSION_TAKEN_OVER",
  "SHUTTING_DOWN",
  "PROTOCOL_ERROR",
  "RATE_LIMITED",
]);

/** After a socket that was open. `known`: the session is known to exist. */
export function decideAfterClose({ closeCode, closeReason, exit }: StreamEnd, known: boolean): AfterClose {
  if (closeCode === 4409) return { next: "taken_over" };
  if (closeCode === 4401)
    return { next: "refused", code: "UNAUTHORIZED", message: closeReason || "The sign-in is over" };
  if (exit && !SESSION_GOES_ON.has(exit.code ?? "")) {
    return { next: "ended", exit, cause: exit.code?.toLowerCase() ?? "exited", closeCode };
  }
  switch (closeCode) {
    case 1000:
      return known ? { next: "ask" } : { next: "ended", exit: undefined, cause: causeOf(closeReason), closeCode };
    case 4403:
      return known
        ? { next: "ended", exit: undefined, cause: "session_revoked", closeCode }
        : { next: "refused", code: "FORBIDDEN", message: closeReason || "Access was refused" };
    case 4426:
      return { next: "refused", code: "UPGRADE_REQUIRED", message: closeReason || "This program is too old" };
    case 1012:
      return { next: "retry", reason: closeReason || "The control plane is restarting", atOnce: true };
    case 4400:
      // What this window shows may not be what it should: begin anew with a screen.
      return { next: "retry", reason: closeReason || "The stream was broken", redraw: true };
    default:
      return { next: "retry", reason: closeReason || "The connection was lost" };
  }
}

const causeOf = (closeReason: string): string => /^The session has ended: (\w+)$/.exec(closeReason)?.[1] ?? "exited";

/** What the server says about a session whose socket it did not open, or closed without a word. */
export function decideAfterStatus(
  { session, may_attach }: { session: SessionView; may_attach: "yes" | "takeover" | "no" },
  { wasAttached, takesOver }: { wasAttached: boolean; takesOver: boolean },
): AfterClose {
  if (session.status === "ended") {
    const exit = session.exit_code === null ? undefined : { exit_code: session.exit_code, signal: null };
    return { next: "ended", exit, cause: session.cause ?? "exited", closeCode: 1000 };
  }
  switch (may_attach) {
    case "yes":
      return { next: "retry", reason: "The connection could not be opened" };
    case "takeover":
      if (takesOver || (!wasAttached && !session.attached)) {
        return { next: "retry", reason: "The connection could not be opened" };
      }
      return wasAttached ? { next: "taken_over" } : { next: "elsewhere", session };
    case "no":
      return { next: "refused", code: "FORBIDDEN", message: "This session is not yours to attach to" };
    default:
      return may_attach satisfies never;
  }
}

/** A call to the control plane failed. `isFirst`: it was to make the session, so any refusal is final. */
export function decideAfterError(error: unknown, { isFirst }: { isFirst: boolean }): AfterClose {
  if (error instanceof RemoteError && error.status >= 400 && error.status < 500) {
    if (isFirst || [401, 403, 404].includes(error.status)) {
      return { next: "refused", code: error.code, message: error.message };
    }
  }
  const seconds = error instanceof RemoteError ? error.data.retryAfterSeconds : undefined;
  return {
    next: "retry",
    reason: error instanceof Error ? error.message : "The control plane does not answer",
    ...(typeof seconds === "number" && { notBeforeMs: seconds * 1_000 }),
  };
}

/** No access token: the sign-in is over, unless the network was in the way. */
export function decideAfterSignIn(error: unknown): AfterClose {
  const message = error instanceof Error ? error.message : "The sign-in is over";
  const isAway = error instanceof RemoteError ? error.status === 0 || error.status >= 429 : error instanceof NoAnswer;
  return isAway || error instanceof TypeError
    ? { next: "retry", reason: message }
    : { next: "refused", code: "UNAUTHORIZED", message };
}
