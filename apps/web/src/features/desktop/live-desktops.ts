/** Lists of desktop sessions that wait or run, and what news makes of them. Pure. */
import { type DesktopSessionView, isAdminRole, type MachineView, type Role } from "@sallyport/protocol";

/** Those that have not ended, each once, newest first. */
export function liveDesktops(sessions: readonly DesktopSessionView[]): DesktopSessionView[] {
  const byId = new Map(sessions.map((session) => [session.id, session]));
  return [...byId.values()]
    .filter(({ ended_at }) => ended_at === null)
    .toSorted((one, other) => other.created_at.localeCompare(one.created_at));
}

/** The list after one of them has changed. */
export const withDesktop = (
  sessions: readonly DesktopSessionView[],
  changed: DesktopSessionView,
): DesktopSessionView[] => liveDesktops([...sessions, changed]);

interface Looker {
  userId: string;
  role: Role | undefined;
  machines: readonly MachineView[] | undefined;
}

const ownsMachine = ({ machine_id }: DesktopSessionView, { userId, machines }: Looker): boolean =>
  machines?.some(({ id, owner_id }) => id === machine_id && owner_id === userId) ?? false;

/** Whether this person may consent to it, and refuse it (RD-017). The server decides again. */
export const mayDecide = (session: DesktopSessionView, who: Looker): boolean =>
  session.consent_required && (isAdminRole(who.role) || ownsMachine(session, who));

/** Nobody has decided yet. */
export const isWaiting = ({ status, consent_required, consent_granted }: DesktopSessionView): boolean =>
  status === "pending" && consent_required && consent_granted === null;

/** Requests that wait for this person: not his own, which somebody else should look at. */
export const requestsFor = (sessions: readonly DesktopSessionView[], who: Looker): DesktopSessionView[] =>
  sessions.filter((session) => isWaiting(session) && session.viewer_user_id !== who.userId && mayDecide(session, who));

/**
 * How this person may end it: as its viewer; by refusing it or taking back the consent; by force, as an administrator.
 * Undefined if not.
 */
export function wayToEnd(
  session: DesktopSessionView,
  who: Looker,
): "disconnect" | "terminate" | "reject_consent" | undefined {
  if (session.viewer_user_id === who.userId) return "disconnect";
  if (isWaiting(session) && mayDecide(session, who)) return "reject_consent";
  if (isAdminRole(who.role)) return "terminate";
  return mayDecide(session, who) ? "reject_consent" : undefined;
}
