/** Every state of a desktop in words. */
import type { DesktopSessionView } from "@sallyport/protocol";
import type { Tone } from "../../ui/index.tsx";
import type { DesktopState } from "./desktop-state.ts";

export interface StateWords {
  tone: Tone;
  /** For the bar; said once to screen readers, so nothing in it moves by itself. */
  words: string;
  pulse?: boolean;
  /** What stands in the middle while there is no picture. */
  title: string;
  hint?: string;
  /** The machine's own words. */
  quote?: string;
}

/** @param name what the machine is called */
export function describeDesktop(state: DesktopState, name: string): StateWords {
  switch (state.phase) {
    case "asking":
      return {
        tone: "warn",
        words: "Asking…",
        pulse: true,
        title: `Asking for the desktop of ${name}…`,
        ...(state.trouble && { hint: state.trouble }),
      };
    case "exists":
      return {
        tone: "neutral",
        words: "Open already",
        title: `You have a session on ${name} already`,
        hint: "It may be open in another window. Going on with it here takes the picture away from there.",
      };
    case "consent":
      return {
        tone: "warn",
        words: "Waiting for consent",
        pulse: true,
        title: "Waiting for consent",
        hint: whoConsents(state.session),
        ...quoteOf(state.session),
      };
    case "calling":
      return state.isAnswered
        ? {
            tone: "warn",
            words: "Connecting…",
            pulse: true,
            title: "Connecting…",
            hint: "The machine has answered; its picture is on the way.",
          }
        : callingWords(state.session, name);
    case "active":
      return { tone: "ok", words: "Connected", title: `Desktop of ${name}` };
    case "reconnecting":
      return { tone: "warn", words: "Reconnecting", pulse: true, title: "Reconnecting…", hint: state.reason };
    case "elsewhere":
      return {
        tone: "neutral",
        words: "In another window",
        title: "Another window has taken this session over",
        hint: "Taking it back takes the picture away from there.",
      };
    case "over":
      return overWords(state.session, state.reason);
    case "refused":
      return refusalWords(state, name);
    case "unable":
      return { tone: "danger", words: "Not possible", title: "This browser cannot show the desktop", hint: state.why };
    default:
      return state satisfies never;
  }
}

const whoConsents = ({ session_type, machine_name }: DesktopSessionView): string =>
  session_type === "peer"
    ? `The owner of ${machine_name}, an administrator, or the person who sits at it can allow it.`
    : `The person who sits at ${machine_name}, its owner, or another administrator can allow it.`;

/** What a machine says ends with what to do, so it stands by itself. */
const quoteOf = ({ refusal }: DesktopSessionView): { quote?: string } => (refusal ? { quote: refusal } : {});

function callingWords(session: DesktopSessionView, name: string): StateWords {
  if (session.refusal) {
    return {
      tone: "danger",
      words: "No desktop",
      title: `${name} shows no desktop`,
      hint: "Try again when that is done.",
      ...quoteOf(session),
    };
  }
  return {
    tone: "warn",
    words: "Calling…",
    pulse: true,
    title: `Calling ${name}…`,
    hint: "The machine has been asked and has not answered yet.",
  };
}

function overWords(session: DesktopSessionView, reason: string | undefined): StateWords {
  const { status, machine_name, consent_required, consent_granted, refusal } = session;
  const isConsentMissing = consent_required && consent_granted !== true;
  switch (status) {
    case "rejected":
      return {
        tone: "danger",
        words: "Refused",
        title: "Consent was refused",
        hint: reason ?? `Nobody sees the desktop of ${machine_name} without consent.`,
        ...quoteOf(session),
      };
    case "expired":
      return {
        tone: "neutral",
        words: "Expired",
        title: isConsentMissing ? "Nobody consented in time" : "The machine did not answer in time",
        hint: isConsentMissing
          ? "A request waits for two minutes. Tell the owner of the machine before you ask again."
          : refusal
            ? "A session waits for two minutes, then it is given up."
            : `${machine_name} is linked to the control plane, but its desktop did not come up within two minutes.`,
        ...quoteOf(session),
      };
    default:
      return {
        tone: "neutral",
        words: "Disconnected",
        title: "The session has ended",
        ...(reason && { hint: sentence(reason) }),
        ...quoteOf(session),
      };
  }
}

const REFUSALS: Record<string, { title: (name: string) => string; hint: string }> = {
  ACL_DENIED: {
    title: (name) => `Access rules deny the desktop of ${name}`,
    hint: "An administrator can change the rules, or connect as an administrator, which no rule concerns.",
  },
  FEATURE_NOT_ENABLED: {
    title: () => "The organisation's plan has no remote desktops",
    hint: "They come with the business, workforce and enterprise plans. An owner of the organisation can change the plan.",
  },
  MACHINE_OFFLINE: {
    title: (name) => `${name} is offline`,
    hint: "Run `ztna up` on it. This page notices when it is back.",
  },
  MACHINE_DISABLED: {
    title: (name) => `An administrator has disabled ${name}`,
    hint: "An administrator can enable it again.",
  },
  FORBIDDEN: {
    title: () => "You may not see this desktop",
    hint: "Members ask for consent; administrators connect as such. An owner can change your role.",
  },
  NOT_FOUND: {
    title: () => "There is no such machine here",
    hint: "It may have been deleted, or it belongs to another of your organisations.",
  },
  UNAUTHORIZED: { title: () => "Your sign-in has ended", hint: "Sign in again, and the desktop comes back." },
};

function refusalWords({ code, message }: { code: string; message: string }, name: string): StateWords {
  const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  return {
    tone: "danger",
    words: code === "MACHINE_OFFLINE" ? "Offline" : "Not connected",
    title: known?.title(name) ?? message,
    ...(known && { hint: known.hint }),
  };
}

const sentence = (words: string): string => {
  const whole = `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
};
