import type { SessionView } from "@sallyport/protocol";
import { timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import type { Tone } from "../../ui/index.tsx";

export interface SessionWords {
  tone: Tone;
  word: string;
  detail?: string;
}

const CAUSES: Record<string, string> = {
  exited: t("its program ended"),
  viewer_left: t("its viewer left"),
  session_revoked: t("by an administrator or a lost right"),
  agent_lost: t("the machine was lost"),
  machine_deleted: t("the machine was deleted"),
  audit_unavailable: t("it could not be recorded"),
};

/** What a session is doing, or how it ended, in a word. */
export function describeSessionRow(session: SessionView, nowMs: number): SessionWords {
  const { status, attached, attached_at, ended_at, cause, exit_code } = session;
  if (status === "ended") {
    const why = cause === null ? undefined : (CAUSES[cause] ?? cause.replaceAll("_", " "));
    const exit = cause === "exited" && exit_code !== null ? t("with status {{exit_code}}", { exit_code }) : why;
    const when = ended_at === null ? undefined : timeAgo(ended_at, nowMs);
    return { tone: "neutral", word: t("Ended"), detail: [when, exit].filter(Boolean).join(", ") };
  }
  if (attached) {
    return { tone: "ok", word: t("Attached"), ...(attached_at && { detail: timeAgo(attached_at, nowMs) }) };
  }
  return attached_at === null
    ? { tone: "warn", word: t("Starting") }
    : {
        tone: "neutral",
        word: t("Detached"),
        detail: t("viewed {{attached_at}}", { attached_at: timeAgo(attached_at, nowMs) }),
      };
}
