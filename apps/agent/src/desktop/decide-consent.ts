/**
 * Whether a desktop is shown, as this machine itself decides. A genuine command of the control plane is not enough: one
 * that was broken into could sign anything, so a machine that asks its person always asks (H2, R-35). Pure.
 */
import type { ConsentPolicy, DesktopSessionType } from "@sallyport/protocol";
import type { FromDesktop } from "./worker-messages.ts";

export type ConsentOutcome = Extract<FromDesktop, { type: "consent" }>["outcome"];

export interface ConsentQuestion {
  policy: ConsentPolicy;
  sessionType: DesktopSessionType;
  /** Who consented, as the signed command says: the id of the machine's owner or of an administrator. */
  grantedBy: string | null;
  /** What the person at the machine has said in this session. */
  answered: ConsentOutcome | undefined;
}

export type ConsentDecision = "show" | "ask" | "refuse";

/**
 * What to do about a session that is to be shown. Whoever granted is not asked again in the same session, and whoever
 * refused is not asked again either; where nobody decided, the next try asks again.
 */
export function decideConsent({ policy, sessionType, grantedBy, answered }: ConsentQuestion): ConsentDecision {
  if (answered === "refused") return "refuse";
  if (policy === "never" || answered === "granted") return "show";
  if (policy === "always") return "ask";
  // An administrator's own session, or one that owner or administrator consented to.
  return sessionType === "admin" || grantedBy !== null ? "show" : "ask";
}

/** What the question came to, where the configuration says what nobody's presence means. */
export const settleOutcome = (outcome: ConsentOutcome, { unattended }: { unattended: boolean }): ConsentOutcome =>
  unattended && (outcome === "nobody_there" || outcome === "locked") ? "granted" : outcome;

/** Whether the control plane's question is put to the person, or was answered before. */
export const isToBeAsked = (answered: ConsentOutcome | undefined): boolean =>
  answered === undefined || answered === "nobody_there" || answered === "locked";

/** Why a session is not shown, for its viewer. */
export const UNDECIDED = {
  refused: "the person at the machine refused",
  timed_out: "the person at the machine did not answer",
  nobody_there: "this machine asks the person at it, and nobody is there",
  locked: "this machine asks the person at it, and its screen is locked",
} as const satisfies Record<Exclude<ConsentOutcome, "granted">, string>;
