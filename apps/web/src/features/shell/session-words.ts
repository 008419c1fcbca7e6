import type { SessionState } from "@sallyport/client";
import { t } from "../../lib/texts.ts";
import type { Tone } from "../../ui/index.tsx";

export interface SessionWords {
  tone: Tone;
  /** Said once to screen readers, so nothing in it moves by itself. */
  words: string;
  /** What moves: a countdown. */
  rest?: string;
  pulse?: boolean;
  /** Why, where there is more to know. */
  why?: string;
}

/** The state of a session for people. `isFresh`: it has been like that for a few seconds only. */
export function describeSession(state: SessionState, nowMs: number, isFresh: boolean): SessionWords {
  switch (state.state) {
    case "connecting":
      return { tone: "warn", words: t("Connecting…"), pulse: true };
    case "connected":
      return { tone: "ok", words: state.resumed && isFresh ? t("Connected again") : t("Connected") };
    case "waiting":
      return { tone: "warn", words: t("Waiting for the machine…"), pulse: true, why: state.reason };
    case "reconnecting": {
      const seconds = Math.ceil((state.retryAt - nowMs) / 1_000);
      const rest = seconds > 0 ? t(" in {{seconds}} s", { seconds }) : "…";
      return { tone: "warn", words: t("Reconnecting"), rest, pulse: true, why: state.reason };
    }
    case "elsewhere":
      return { tone: "neutral", words: t("Open in another window") };
    case "taken_over":
      return { tone: "neutral", words: t("Taken over in another window") };
    case "ended":
      return { tone: "neutral", words: t("Session ended") };
    case "refused":
      return state.code === "UNAUTHORIZED"
        ? { tone: "danger", words: t("Your sign-in is over"), why: state.message }
        : { tone: "danger", words: t("Not connected"), why: state.message };
    default:
      return state satisfies never;
  }
}

/** Whether what is typed now will reach a program, at once or later. */
export const takesTyping = ({ state }: SessionState): boolean =>
  state === "connecting" || state === "connected" || state === "waiting" || state === "reconnecting";

/** Whether what the terminal shows may be older than what the program has written. */
export const isBehind = ({ state }: SessionState): boolean => state !== "connected" && state !== "ended";
