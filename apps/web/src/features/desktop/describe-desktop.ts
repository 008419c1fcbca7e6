/** Every state of a desktop in words. */
import type { ConsentPolicy, DesktopSessionView } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
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

export interface DescribedMachine {
  name: string;
  /** Whom it asks before it shows its screen; undefined as long as that is not known. */
  consent?: ConsentPolicy | undefined;
}

export function describeDesktop(state: DesktopState, machine: DescribedMachine): StateWords {
  const { name } = machine;
  switch (state.phase) {
    case "asking":
      return {
        tone: "warn",
        words: t("Asking…"),
        pulse: true,
        title: t("Asking for the desktop of {{name}}…", { name }),
        ...(state.trouble && { hint: state.trouble }),
      };
    case "exists":
      return {
        tone: "neutral",
        words: t("Open already"),
        title: t("You have a session on {{name}} already", { name }),
        hint: t("It may be open in another window. Going on with it here takes the picture away from there."),
      };
    case "consent":
      return {
        tone: "warn",
        words: t("Waiting for consent"),
        pulse: true,
        title: t("Waiting for consent"),
        hint: whoConsents(state.session, machine),
        ...quoteOf(state.session),
      };
    case "calling":
      return state.isAnswered
        ? {
            tone: "warn",
            words: t("Connecting…"),
            pulse: true,
            title: t("Connecting…"),
            hint: t("The machine has answered; its picture is on the way."),
          }
        : callingWords(state.session, machine);
    case "active":
      return { tone: "ok", words: t("Connected"), title: t("Desktop of {{name}}", { name }) };
    case "reconnecting":
      return { tone: "warn", words: t("Reconnecting"), pulse: true, title: t("Reconnecting…"), hint: state.reason };
    case "elsewhere":
      return {
        tone: "neutral",
        words: t("In another window"),
        title: t("Another window has taken this session over"),
        hint: t("Taking it back takes the picture away from there."),
      };
    case "over":
      return overWords(state.session, state.reason);
    case "refused":
      return refusalWords(state, name);
    case "unable":
      return {
        tone: "danger",
        words: t("Not possible"),
        title: t("This browser cannot show the desktop"),
        hint: state.why,
      };
    default:
      return state satisfies never;
  }
}

function whoConsents({ session_type }: DesktopSessionView, { name, consent }: DescribedMachine): string {
  if (consent === "always")
    return t("Only the person who sits at {{name}} can allow it: it asks them every time.", { name });
  const isPeer = session_type === "peer";
  if (consent === "never") {
    return isPeer
      ? t("The owner of {{name}} or an administrator can allow it.", { name })
      : t("The owner of {{name}} or another administrator can allow it.", { name });
  }
  return isPeer
    ? t("The owner of {{name}}, an administrator, or the person who sits at it can allow it.", { name })
    : t("The person who sits at {{name}}, its owner, or another administrator can allow it.", { name });
}

/** What a machine says ends with what to do, so it stands by itself. */
const quoteOf = ({ refusal }: DesktopSessionView): { quote?: string } => (refusal ? { quote: refusal } : {});

function callingWords(session: DesktopSessionView, { name, consent }: DescribedMachine): StateWords {
  if (session.refusal) {
    return {
      tone: "danger",
      words: t("No desktop"),
      title: t("{{name}} shows no desktop", { name }),
      hint: t("Try again when that is done."),
      ...quoteOf(session),
    };
  }
  return {
    tone: "warn",
    words: t("Calling…"),
    pulse: true,
    title: t("Calling {{name}}…", { name }),
    hint:
      consent === "always"
        ? t("The machine has been asked. It asks the person who sits at it every time, and waits for their answer.")
        : t("The machine has been asked and has not answered yet."),
  };
}

function overWords(session: DesktopSessionView, reason: string | undefined): StateWords {
  const { status, machine_name, consent_required, consent_granted, refusal } = session;
  const isConsentMissing = consent_required && consent_granted !== true;
  switch (status) {
    case "rejected":
      return {
        tone: "danger",
        words: t("Refused"),
        title: t("Consent was refused"),
        hint: reason ?? t("Nobody sees the desktop of {{machine_name}} without consent.", { machine_name }),
        ...quoteOf(session),
      };
    case "expired":
      return {
        tone: "neutral",
        words: t("Expired"),
        title: isConsentMissing ? t("Nobody consented in time") : t("The machine did not answer in time"),
        hint: isConsentMissing
          ? t("A request waits for two minutes. Tell the owner of the machine before you ask again.")
          : refusal
            ? t("A session waits for two minutes, then it is given up.")
            : t(
                "{{machine_name}} is linked to the control plane, but its desktop did not come up within two minutes.",
                { machine_name },
              ),
        ...quoteOf(session),
      };
    default:
      return {
        tone: "neutral",
        words: t("Disconnected"),
        title: t("The session has ended"),
        ...(reason && { hint: sentence(reason) }),
        ...quoteOf(session),
      };
  }
}

const REFUSALS: Record<string, { title: (name: string) => string; hint: string }> = {
  ACL_DENIED: {
    title: (name) => t("Access rules deny the desktop of {{name}}", { name }),
    hint: t("An administrator can change the rules, or connect as an administrator, which no rule concerns."),
  },
  FEATURE_NOT_ENABLED: {
    title: () => t("The organisation's plan has no remote desktops"),
    hint: t(
      "They come with the business, workforce and enterprise plans. An owner of the organisation can change the plan.",
    ),
  },
  MACHINE_OFFLINE: {
    title: (name) => t("{{name}} is offline", { name }),
    hint: t("Run `ztna up` on it. This page notices when it is back."),
  },
  MACHINE_DISABLED: {
    title: (name) => t("An administrator has disabled {{name}}", { name }),
    hint: t("An administrator can enable it again."),
  },
  FORBIDDEN: {
    title: () => t("You may not see this desktop"),
    hint: t("Members ask for consent; administrators connect as such. An owner can change your role."),
  },
  NOT_FOUND: {
    title: () => t("There is no such machine here"),
    hint: t("It may have been deleted, or it belongs to another of your organisations."),
  },
  UNAUTHORIZED: { title: () => t("Your sign-in has ended"), hint: t("Sign in again, and the desktop comes back.") },
};

function refusalWords({ code, message }: { code: string; message: string }, name: string): StateWords {
  const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  return {
    tone: "danger",
    words: code === "MACHINE_OFFLINE" ? t("Offline") : t("Not connected"),
    title: known?.title(name) ?? message,
    ...(known && { hint: known.hint }),
  };
}

const sentence = (words: string): string => {
  const whole = `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
};
