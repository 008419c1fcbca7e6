import type { StreamEnd } from "@sallyport/client";
import type { ErrorCode, Exit } from "@sallyport/protocol";
import { errorCode, errorMessage } from "../../api/errors.ts";

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

/** By the catalogue's code, which the server sends where it can. */
const BY_CODE = {
  AGENT_LOST: { kind: "lost", title: "The machine is gone" },
  SESSION_REVOKED: { kind: "lost", title: "Access was revoked" },
  SESSION_TAKEN_OVER: { kind: "done", title: "The session was taken over from another window" },
  SHUTTING_DOWN: { kind: "lost", title: "The control plane is restarting" },
  UNAUTHORIZED: { kind: "lost", title: "Your sign-in has ended" },
  PAYLOAD_TOO_LARGE: { kind: "lost", title: "A message was too large" },
  PROTOCOL_ERROR: { kind: "lost", title: "This page and the server do not understand each other" },
  RATE_LIMITED: { kind: "lost", title: "Too many messages" },
} satisfies Partial<Record<ErrorCode, Ending>>;

/** By the close code alone, where nothing else arrived. */
const BY_CLOSE: Record<number, keyof typeof BY_CODE> = {
  1001: "SHUTTING_DOWN",
  1009: "PAYLOAD_TOO_LARGE",
  1011: "AGENT_LOST",
  1012: "SHUTTING_DOWN",
  4400: "PROTOCOL_ERROR",
  4401: "UNAUTHORIZED",
  4403: "SESSION_REVOKED",
  4409: "SESSION_TAKEN_OVER",
  4429: "RATE_LIMITED",
};

/** How an open session ended: by its program first, else for the reason that came with the end. */
export function describeEnd({ exit, closeCode, closeReason }: StreamEnd): EndWords {
  if (exit && exit.code === undefined) return { kind: "done", title: describeExit(exit) };
  if (!exit && closeCode === 1000) return { kind: "done", title: "The session was closed" };
  if (!exit && closeCode === 1006) {
    return { kind: "lost", title: "The connection was lost", detail: "The network or the control plane is away." };
  }
  const ending =
    endingOf(exit?.code ?? BY_CLOSE[closeCode]) ??
    ({
      kind: "lost",
      title: exit ? "The session was ended" : `The connection was closed with code ${closeCode}`,
    } satisfies Ending);
  return { ...ending, ...detailBeside(ending.title, exit?.message ?? closeReason) };
}

const endingOf = (code: string | undefined): Ending | undefined =>
  code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code as keyof typeof BY_CODE] : undefined;

function describeExit({ exit_code, signal }: Exit): string {
  if (signal) return `The shell was ended by signal ${signal}${SIGNALS[signal] ? ` (${SIGNALS[signal]})` : ""}`;
  return exit_code === null ? "The shell ended" : `The shell ended with status ${exit_code}`;
}

/** The part of a reason that the title does not say already: `Access was revoked: role changed`. */
function detailBeside(title: string, reason: string): { detail?: string } {
  const rest = reason.startsWith(title) ? reason.slice(title.length).replace(/^[:\s]+/, "") : reason;
  return rest ? { detail: `${rest[0]?.toUpperCase()}${rest.slice(1)}` } : {};
}

/** A socket that closed before the machine answered. */
export const describeUnopened = (end: StreamEnd): EndWords =>
  end.closeCode === 1006 && !end.exit
    ? {
        kind: "lost",
        title: "The connection could not be opened",
        detail: "The control plane refused the socket or cannot be reached, or the machine did not answer in time.",
      }
    : describeEnd(end);

/** Why no session was made, and what helps. */
export function describeRefusal(error: unknown): EndWords {
  const title = errorMessage(error);
  const hint = HINTS[errorCode(error) ?? ""];
  return { kind: "lost", title, ...(hint && { detail: hint }) };
}

const HINTS: Record<string, string> = {
  MACHINE_OFFLINE: "Run `ztna up` on it. This page notices when it is back.",
  FEATURE_NOT_AVAILABLE:
    "Terminals come with the workforce and enterprise plans. An owner of the organisation can change the plan.",
  FORBIDDEN: "Terminals are opened by owners and admins. An owner can change your role.",
  NOT_FOUND: "It may have been deleted, or it belongs to another of your organisations.",
  MACHINE_DISABLED: "An administrator can enable it again.",
  TOO_MANY_SESSIONS: "Close a terminal in another tab first.",
};
