import type { Database, Queryable } from "../../platform/db/database.ts";
import type { AuditAction } from "../audit/index.ts";
import { recordEvent } from "../audit/index.ts";
import { type DesktopSession, endSessionRow, findSessionById } from "./desktop.store.ts";

/** How a session ends; each has its own audit event, some share a status. */
export interface DesktopEnding {
  how: "disconnected" | "terminated" | "rejected" | "expired";
  /** Why, in words. */
  reason: string;
  /** The person who ended it; null for the system. */
  actorId: string | null;
  ipAddress: string | null;
  /** What else there is to record. */
  metadata?: Record<string, unknown>;
}

const STATUS = {
  disconnected: "disconnected",
  terminated: "disconnected",
  rejected: "rejected",
  expired: "expired",
} as const satisfies Record<DesktopEnding["how"], DesktopSession["status"]>;

const ACTION = {
  disconnected: "remote.desktop_disconnected",
  terminated: "remote.desktop_terminated",
  rejected: "remote.desktop_consent_rejected",
  expired: "remote.desktop_expired",
} as const satisfies Record<DesktopEnding["how"], AuditAction>;

/**
 * Ends a live session and records it, in the caller's transaction.
 *
 * @returns the session as it ended, or undefined when it had ended already
 */
export async function recordDesktopEnd(
  tx: Queryable,
  sessionId: string,
  { how, reason, actorId, ipAddress, metadata = {} }: DesktopEnding,
): Promise<DesktopSession | undefined> {
  if (!(await endSessionRow(tx, sessionId, { status: STATUS[how], reason, endedBy: actorId }))) return undefined;
  const session = await findSessionById(tx, sessionId);
  if (!session) throw new Error("invariant: a session that has just ended is gone");
  await recordDesktopEvent(
    tx,
    session,
    ACTION[how],
    { actorId, ipAddress },
    {
      reason,
      duration_seconds: session.durationSeconds,
      ...metadata,
    },
  );
  return session;
}

/** Ends one session in a transaction of its own, and has it told. */
export async function endDesktop(
  db: Database,
  tell: (session: DesktopSession) => void,
  sessionId: string,
  ending: DesktopEnding,
): Promise<DesktopSession | undefined> {
  const ended = await db.transaction((tx) => recordDesktopEnd(tx, sessionId, ending));
  if (ended) tell(ended);
  return ended;
}

/** Records what happened to a session; `resource_id` is the session's (RD-032). */
export async function recordDesktopEvent(
  tx: Queryable,
  session: DesktopSession,
  action: AuditAction,
  { actorId, ipAddress }: { actorId: string | null; ipAddress: string | null },
  metadata: Record<string, unknown> = {},
): Promise<void> {
  await recordEvent(tx, {
    action,
    orgId: session.orgId,
    resourceType: "remote_desktop_session",
    resourceId: session.id,
    actorId,
    metadata: {
      machine_id: session.machineId,
      machine_name: session.machineName,
      session_type: session.sessionType,
      viewer_user_id: session.viewerUserId,
      ...metadata,
    },
    ipAddress,
  });
}
