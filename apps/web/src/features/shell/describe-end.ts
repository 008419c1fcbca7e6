import type { SessionState } from "@sallyport/client";
import type { ErrorCode, Exit } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";

/** A session that is over, in words. */
export interface EndWords {
  title: string;
  detail?: string;
  /** `done`: somebody meant it. `lost`: nobody did. */
  kind: "done" | "lost";
}

const SIGNALS: Record<number, string> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  6: "SIGABRT",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  15: "SIGTERM",
};

type Ending = Pick<EndWords, "title" | "kind">;

/** By the catalogue's code, which is also the cause of an end; and by the causes that are no failures. */
const BY_CODE = {
  EXITED: { kind: "done", title: t("The shell ended") },
  VIEWER_LEFT: { kind: "done", title: t("The session was closed") },
  AUDIT_UNAVAILABLE: { kind: "lost", title: t("The session could not be recorded, so it was not opened") },
  AGENT_LOST: { kind: "lost", title: t("The machine is gone") },
  SESSION_REVOKED: { kind: "lost", title: t("Access was revoked") },
  SESSION_TAKEN_OVER: { kind: "done", title: t("The session was taken over from another window") },
  SHUTTING_DOWN: { kind: "lost", title: t("The control plane is restarting") },
  UNAUTHORIZED: { kind: "lost", title: t("Your sign-in has ended") },
  PAYLOAD_TOO_LARGE: { kind: "lost", title: t("A message was too large") },
  PROTOCOL_ERROR: { kind: "lost", title: t("This page and the server do not understand each other") },
  RATE_LIMITED: { kind: "lost", title: t("Too many messages") },
} satisfies Partial<Record<ErrorCode | "EXITED" | "VIEWER_LEFT", Ending>>;

/** What is told of a session that is over; see `SessionState`. */
export type SessionEnd = Omit<Extract<SessionState, { state: "ended" }>, "state">;

/** How a session ended: by its program first, else for the reason that came with the end. */
export function describeEnd({ exit, cause }: SessionEnd): EndWords {
  if (exit && exit.code === undefined) return { kind: "done", title: describeExit(exit) };
  // A person who ends a session takes back the right to it; words about rights would frighten whoever that was.
  if (isByHand(exit?.message, cause)) return { kind: "done", title: t("The session was ended") };
  const ending = endingOf(exit?.code ?? cause.toUpperCase()) ?? { kind: "lost", title: t("The session was ended") };
  return { ...ending, ...detailBeside(ending.title, exit?.message ?? "") };
}

const isByHand = (message: string | undefined, cause: string): boolean =>
  message === undefined ? cause === "session_revoked" : /\bended by a person$/.test(message);

const endingOf = (code: string | undefined): Ending | undefined =>
  code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code as keyof typeof BY_CODE] : undefined;

function describeExit({ exit_code, signal }: Exit): string {
  if (signal)
    return t("The shell was ended by signal {{signal}}{{value}}", {
      signal,
      value: SIGNALS[signal] ? ` (${SIGNALS[signal]})` : "",
    });
  return exit_code === null ? t("The shell ended") : t("The shell ended with status {{exit_code}}", { exit_code });
}

/** The part of a reason that the title does not say already: `Access was revoked: role changed`. */
function detailBeside(title: string, reason: string): { detail?: string } {
  const rest = reason.startsWith(title) ? reason.slice(title.length).replace(/^[:\s]+/, "") : reason;
  return rest ? { detail: `${rest[0]?.toUpperCase()}${rest.slice(1)}` } : {};
}

/** Why there is no session here, and what helps. */
export function describeRefusal({ code, message }: { code: string; message: string }): EndWords {
  const hint = HINTS[code];
  return { kind: "lost", title: message, ...(hint && { detail: hint }) };
}

const HINTS: Record<string, string> = {
  MACHINE_OFFLINE: t("Run `ztna up` on it. This page notices when it is back."),
  FEATURE_NOT_AVAILABLE: t(
    "Terminals come with the workforce and enterprise plans. An owner of the organisation can change the plan.",
  ),
  FORBIDDEN: t("Terminals are opened by owners and admins. An owner can change your role."),
  NOT_FOUND: t("It may have been deleted, or it belongs to another of your organisations."),
  UNAUTHORIZED: t("The session goes on. Sign in again to come back to it."),
  MACHINE_DISABLED: t("An administrator can enable it again."),
  TOO_MANY_SESSIONS: t("End one of them on the Sessions page first."),
};
