import type { SessionView } from "@sallyport/protocol";
import { timeAgo } from "../../lib/format-time.ts";
import type { Tone } from "../../ui/index.tsx";

export interface SessionWords {
  tone: Tone;
  word: string;
  detail?: string;
}

const CAUSES: Record<string, string> = {
  exited: "its program ended",
  viewer_left: "its viewer left",
  session_revoked: "by an administrator or a lost right",
  agent_lost: "the machine was lost",
  machine_deleted: "the machine was deleted",
  audit_unavailable: "it could not be recorded",
};

/** What a session is doing, or how it ended, in a word. */
export function describeSessionRow(session: SessionView, nowMs: number): SessionWords {
  const { status, attached, attached_at, ended_at, cause, exit_code } = session;
  if (status === "ended") {
    const why = cause === null ? undefined : (CAUSES[cause] ?? cause.replaceAll("_", " "));
    const exit = cause === "exited" && exit_code !== null ? `with status ${exit_code}` : why;
    const when = ended_at === null ? undefined : timeAgo(ended_at, nowMs);
    return { tone: "neutral", word: "Ended", detail: [when, exit].filter(Boolean).join(", ") };
  }
  if (attached) {
    return { tone: "ok", word: "Attached", ...(attached_at && { detail: timeAgo(attached_at, nowMs) }) };
  }
  return attached_at === null
    ? { tone: "warn", word: "Starting" }
    : { tone: "neutral", word: "Detached", detail: `viewed ${timeAgo(attached_at, nowMs)}` };
}
