import type { askAccess } from "../access/index.ts";

/** What a live desktop session stands on, as the database has it at one moment. */
export interface DesktopGrounds {
  /** Asked with the session's own need for consent. */
  decision: Awaited<ReturnType<typeof askAccess>>;
  /** Whether the session was made with a need for consent. */
  consentRequired: boolean;
  machine: { adminDisabled: boolean; status: string };
  isSignedIn: boolean;
}

/** Why a live session may not go on, in words for its viewer; undefined when it may. Pure. */
export function decideLostDesktop({
  decision,
  consentRequired,
  machine,
  isSignedIn,
}: DesktopGrounds): string | undefined {
  if (!isSignedIn) return "signed out";
  if (machine.adminDisabled) return "the machine was disabled";
  if (machine.status === "quarantined") return "the machine is in quarantine";
  if (decision.allowed) {
    // Whoever may not waive it any more goes on only with it.
    return decision.consentRequired && !consentRequired ? "consent is needed now" : undefined;
  }
  switch (decision.code) {
    case "UNAUTHORIZED":
      return "the account was disabled";
    case "FEATURE_NOT_ENABLED":
    case "FEATURE_NOT_AVAILABLE":
      return "the organisation's plan no longer includes remote desktops";
    case "ACL_DENIED":
      return "access rules deny it now";
    case "FORBIDDEN":
      return `no longer allowed: ${decision.reason}`;
    case "MACHINE_OFFLINE":
      return "the machine is offline";
    default:
      return decision.code satisfies never;
  }
}
