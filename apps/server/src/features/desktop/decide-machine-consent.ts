/** When the person at a machine is asked, and what the answer does to a session (H2, R-35). Pure. */
import { type ConsentPolicy, DESKTOP_SETUP_SECONDS, type DesktopSessionType } from "@sallyport/protocol";
import type { ConsentOutcome } from "../link/index.ts";
import { type DesktopState, isLive } from "./decide-desktop.ts";

/** What the decision looks at. */
export interface ConsentState extends Pick<DesktopState, "status" | "consentRequired" | "consentGranted"> {
  createdAt: Date;
}

/**
 * How long the person at the machine has to answer, in seconds; undefined when nobody is to be asked: consent is not
 * needed or given, the machine asks nobody, or shows no screen to ask on.
 *
 * @param machine what the machine said last of its screen; undefined for an agent that shows no desktops
 */
export function decideAsk(
  { status, consentRequired, consentGranted, createdAt }: ConsentState,
  machine: { unavailable: string | null; consent: ConsentPolicy } | undefined,
  nowMs: number,
): number | undefined {
  if (!isLive(status) || !consentRequired || consentGranted !== null) return undefined;
  if (!machine || machine.consent === "never" || machine.unavailable !== null) return undefined;
  const left = Math.round(DESKTOP_SETUP_SECONDS - (nowMs - createdAt.getTime()) / 1_000);
  return left > 0 ? Math.min(left, DESKTOP_SETUP_SECONDS) : undefined;
}

export type AfterAnswer =
  | { act: "approve" }
  | { act: "reject" }
  /** Nobody decided: the session goes on waiting, and its viewer is told for whom. */
  | { act: "tell"; reason: string }
  | { act: "ignore" };

const ELSE = "the machine's owner or an administrator can still approve";
const UNDECIDED = {
  timed_out: `nobody at the machine has answered; ${ELSE}`,
  nobody_there: `nobody is at the machine; ${ELSE}`,
  locked: `the machine's screen is locked; ${ELSE}`,
} as const satisfies Partial<Record<ConsentOutcome, string>>;

/**
 * What the machine's answer does. It counts only for a session about which it was asked. A refusal takes back what
 * a dashboard approved meanwhile, as an owner's refusal would; an approval after it changes nothing.
 */
export function decideAnswer(
  {
    status,
    consentRequired,
    consentGranted,
    wasAsked,
  }: Pick<DesktopState, "status" | "consentRequired" | "consentGranted"> & { wasAsked: boolean },
  outcome: ConsentOutcome,
): AfterAnswer {
  if (!isLive(status) || !consentRequired || !wasAsked) return { act: "ignore" };
  if (outcome === "refused") return { act: "reject" };
  if (consentGranted !== null) return { act: "ignore" };
  return outcome === "granted" ? { act: "approve" } : { act: "tell", reason: UNDECIDED[outcome] };
}

/** Whether a machine with this policy may take the time that its person needs before it shows anything. */
export const mayAsk = (consent: ConsentPolicy | undefined, sessionType: DesktopSessionType): boolean =>
  consent === "always" || (consent === "peers" && sessionType === "peer");
