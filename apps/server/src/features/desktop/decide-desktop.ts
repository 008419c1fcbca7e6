/** How a desktop session goes from `initiate` to its end, and who may do what to it (X-22, RD-016 to RD-021). Pure. */
import { AppError, type DesktopStatus, isAdminRole, type Role } from "@sallyport/protocol";

/** What a person wants to do to a session that exists; a machine answers with its key. */
export type DesktopStep =
  | "offer"
  | "candidate"
  | "connect"
  | "disconnect"
  | "approve_consent"
  | "reject_consent"
  | "see_descriptions";

/** What is known of whoever asks. */
export interface DesktopParty {
  role: Role | undefined;
  isViewer: boolean;
  isMachineOwner: boolean;
}

const ALLOWED: Record<DesktopStep, (party: DesktopParty) => boolean> = {
  offer: ({ isViewer }) => isViewer,
  candidate: ({ isViewer }) => isViewer,
  connect: ({ isViewer }) => isViewer,
  disconnect: ({ isViewer, role }) => isViewer || isAdminRole(role),
  approve_consent: ({ isMachineOwner, role }) => isMachineOwner || isAdminRole(role),
  reject_consent: ({ isMachineOwner, role }) => isMachineOwner || isAdminRole(role),
  see_descriptions: ({ isViewer, role }) => isViewer || isAdminRole(role),
};

const REFUSALS: Record<DesktopStep, string> = {
  offer: "Only the session's viewer may do this",
  candidate: "Only the session's viewer may do this",
  connect: "Only the session's viewer may do this",
  disconnect: "Only the session's viewer or an administrator may disconnect it",
  approve_consent: "Only the machine's owner or an administrator may decide on consent",
  reject_consent: "Only the machine's owner or an administrator may decide on consent",
  see_descriptions: "Only the session's viewer or an administrator sees this",
};

export const mayDo = (step: DesktopStep, party: DesktopParty): boolean => ALLOWED[step](party);

/** @throws AppError `FORBIDDEN` */
export function requireParty(step: DesktopStep, party: DesktopParty): void {
  if (!mayDo(step, party)) throw new AppError("FORBIDDEN", { reason: REFUSALS[step] });
}

/** What a step looks at. */
export interface DesktopState {
  status: DesktopStatus;
  consentRequired: boolean;
  consentGranted: boolean | null;
  hasOffer: boolean;
}

export const LIVE_STATUSES = ["pending", "signaling", "connecting", "active"] as const satisfies DesktopStatus[];
export type LiveStatus = (typeof LIVE_STATUSES)[number];

export const isLive = (status: DesktopStatus): status is LiveStatus =>
  (LIVE_STATUSES as readonly DesktopStatus[]).includes(status);

const isConsentMissing = ({ consentRequired, consentGranted }: DesktopState): boolean =>
  consentRequired && consentGranted !== true;

/**
 * The status after a step of signalling. A viewer that was cut off may offer again, so an offer is taken at any time; a
 * session that is seen stays active meanwhile.
 *
 * @throws AppError `INVALID_STATE` when the session has ended, or nothing was offered yet
 * @throws AppError `CONSENT_PENDING` before consent, for every step that brings the desktop nearer (RD-016, R-35)
 */
export function nextStatus(state: DesktopState, step: "offer" | "answer" | "candidate" | "connect"): LiveStatus {
  const { status } = state;
  if (!isLive(status)) throw new AppError("INVALID_STATE", { status, expected: "live" });
  if (isConsentMissing(state)) throw new AppError("CONSENT_PENDING", {});
  switch (step) {
    case "offer":
      return status === "active" ? "active" : "signaling";
    case "answer":
      if (!state.hasOffer) throw new AppError("INVALID_STATE", { status, expected: "signaling" });
      return status === "active" ? "active" : "connecting";
    case "candidate":
      return status;
    case "connect":
      return "active";
    default:
      return step satisfies never;
  }
}

/**
 * Whether a decision on consent still counts. Refusing one that was given takes it back; approving twice changes nothing.
 *
 * @throws AppError `NO_CONSENT_NEEDED`, `INVALID_STATE`
 */
export function requireConsentOpen({ status, consentRequired }: DesktopState): void {
  if (!consentRequired) throw new AppError("NO_CONSENT_NEEDED", {});
  if (!isLive(status)) throw new AppError("INVALID_STATE", { status, expected: "live" });
}
