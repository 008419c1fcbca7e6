import type { DesktopSessionView, IceCandidate } from "@sallyport/protocol";
import { and, asc, count, desc, eq, getTableColumns, gt, inArray, isNull, lt, or, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { desktopCandidates, desktopSessions, machines, nodes, users } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";

export type DesktopRow = typeof desktopSessions.$inferSelect;

/** A session with what lists show of its machine and its viewer. */
export interface DesktopSession extends DesktopRow {
  machineName: string;
  machineOwnerId: string | null;
  viewerEmail: string;
}

const session = {
  ...getTableColumns(desktopSessions),
  machineName: machines.name,
  machineOwnerId: machines.ownerId,
  viewerEmail: users.email,
};

const selectSessions = (db: Queryable) =>
  db
    .select(session)
    .from(desktopSessions)
    .innerJoin(machines, eq(machines.id, desktopSessions.machineId))
    .innerJoin(users, eq(users.id, desktopSessions.viewerUserId));

const isLiveRow = isNull(desktopSessions.endedAt);

export const viewSession = (row: DesktopSession): DesktopSessionView => ({
  id: row.id,
  org_id: row.orgId,
  machine_id: row.machineId,
  machine_name: row.machineName,
  viewer_user_id: row.viewerUserId,
  viewer_email: row.viewerEmail,
  viewer_machine_id: row.viewerMachineId,
  session_type: row.sessionType,
  status: row.status,
  consent_required: row.consentRequired,
  consent_granted: row.consentGranted,
  created_at: row.createdAt.toISOString(),
  started_at: row.startedAt?.toISOString() ?? null,
  ended_at: row.endedAt?.toISOString() ?? null,
  duration_seconds: row.durationSeconds,
  end_reason: row.endReason,
  refusal: row.refusal,
});

/** Makes a session; undefined when the viewer has a live one on the machine, of two at once for one of them. */
export async function tryInsertSession(
  db: Queryable,
  { orgId }: OrgScope,
  values: Omit<typeof desktopSessions.$inferInsert, "orgId">,
): Promise<DesktopRow | undefined> {
  const [row] = await db
    .insert(desktopSessions)
    .values({ ...values, orgId })
    .onConflictDoNothing()
    .returning();
  return row;
}

export async function findLiveSessionOf(
  db: Queryable,
  { orgId }: OrgScope,
  { viewerUserId, machineId }: { viewerUserId: string; machineId: string },
): Promise<string | undefined> {
  const [row] = await db
    .select({ id: desktopSessions.id })
    .from(desktopSessions)
    .where(
      and(
        eq(desktopSessions.orgId, orgId),
        eq(desktopSessions.viewerUserId, viewerUserId),
        eq(desktopSessions.machineId, machineId),
        isLiveRow,
      ),
    );
  return row?.id;
}

export async function findSession(
  db: Queryable,
  { orgId }: OrgScope,
  sessionId: string,
): Promise<DesktopSession | undefined> {
  if (!isUuid(sessionId)) return undefined;
  const [row] = await selectSessions(db).where(
    and(eq(desktopSessions.orgId, orgId), eq(desktopSessions.id, sessionId)),
  );
  return row;
}

/** Sessions of any organisation, by id; what is not among them is gone. */
export async function findSessionsById(db: Queryable, ids: readonly string[]): Promise<Map<string, DesktopSession>> {
  if (ids.length === 0) return new Map();
  const rows = await selectSessions(db).where(inArray(desktopSessions.id, [...ids]));
  return new Map(rows.map((row) => [row.id, row]));
}

/** A session of any organisation: for a node that was told that its row changed. */
export async function findSessionById(db: Queryable, sessionId: string): Promise<DesktopSession | undefined> {
  const [row] = await selectSessions(db).where(eq(desktopSessions.id, sessionId));
  return row;
}

/** Locks a session, so that of two steps at once the second sees what the first did. */
export async function lockSession(db: Queryable, { orgId }: OrgScope, sessionId: string): Promise<boolean> {
  if (!isUuid(sessionId)) return false;
  const rows = await db
    .select({ id: desktopSessions.id })
    .from(desktopSessions)
    .where(and(eq(desktopSessions.orgId, orgId), eq(desktopSessions.id, sessionId)))
    .for("update");
  return rows.length === 1;
}

export async function updateSession(
  db: Queryable,
  { orgId }: OrgScope,
  sessionId: string,
  values: Partial<
    Pick<DesktopRow, "status" | "sdpOffer" | "sdpAnswer" | "refusal" | "consentGranted" | "consentBy"> & {
      isStarted: true;
    }
  >,
): Promise<void> {
  const { isStarted, ...columns } = values;
  await db
    .update(desktopSessions)
    .set({
      ...columns,
      ...(columns.consentGranted !== undefined && { consentAt: sql`now()` }),
      ...(isStarted && { startedAt: sql`coalesce(${desktopSessions.startedAt}, now())` }),
    })
    .where(and(eq(desktopSessions.orgId, orgId), eq(desktopSessions.id, sessionId)));
}

/** Live sessions that wait for consent, about which no machine was asked yet. */
export async function findUnasked(db: Queryable): Promise<DesktopSession[]> {
  return selectSessions(db).where(
    and(
      isLiveRow,
      eq(desktopSessions.consentRequired, true),
      isNull(desktopSessions.consentGranted),
      isNull(desktopSessions.askedAt),
    ),
  );
}

/** The person at the machine is about to be asked; false when there is nothing to ask any more. */
export async function markAsked(db: Queryable, sessionId: string): Promise<boolean> {
  const rows = await db
    .update(desktopSessions)
    .set({ askedAt: sql`coalesce(${desktopSessions.askedAt}, now())` })
    .where(and(eq(desktopSessions.id, sessionId), isLiveRow, isNull(desktopSessions.consentGranted)))
    .returning({ id: desktopSessions.id });
  return rows.length === 1;
}

/** Gives a live session to a viewer's socket on this node. Returns its number; undefined when the session has ended. */
export async function raiseStream(
  db: Queryable,
  { orgId }: OrgScope,
  sessionId: string,
  nodeId: string,
): Promise<number | undefined> {
  const [row] = await db
    .update(desktopSessions)
    .set({ streamEpoch: sql`${desktopSessions.streamEpoch} + 1`, streamNodeId: nodeId, refusal: null })
    .where(and(eq(desktopSessions.orgId, orgId), eq(desktopSessions.id, sessionId), isLiveRow))
    .returning({ epoch: desktopSessions.streamEpoch });
  return row?.epoch;
}

/** The viewer's socket is gone; a newer one keeps the session. */
export async function leaveStream(db: Queryable, sessionId: string, epoch: number): Promise<void> {
  await db
    .update(desktopSessions)
    .set({ streamNodeId: null })
    .where(and(eq(desktopSessions.id, sessionId), eq(desktopSessions.streamEpoch, epoch)));
}

/** No viewer's socket is on this node: it starts, or stops. */
export async function leaveStreamsOfNode(db: Queryable, nodeId: string): Promise<void> {
  await db.update(desktopSessions).set({ streamNodeId: null }).where(eq(desktopSessions.streamNodeId, nodeId));
}

/** The node that a viewer's socket is on, by the address at which machines reach it; undefined without a socket. */
export async function findStreamNode(db: Queryable, { streamNodeId }: DesktopRow): Promise<string | undefined> {
  if (streamNodeId === null) return undefined;
  const [row] = await db.select({ url: nodes.url }).from(nodes).where(eq(nodes.id, streamNodeId));
  return row?.url;
}

/** Ends a live session; false when it has ended already, so that an end is told once. */
export async function endSessionRow(
  db: Queryable,
  sessionId: string,
  {
    status,
    reason,
    endedBy,
  }: { status: "disconnected" | "rejected" | "expired"; reason: string; endedBy: string | null },
): Promise<boolean> {
  const rows = await db
    .update(desktopSessions)
    // Addresses and passwords of a connection that is over are nobody's business any more.
    .set({ status, endedAt: sql`now()`, endReason: reason, endedBy, sdpOffer: null, sdpAnswer: null })
    .where(and(eq(desktopSessions.id, sessionId), isLiveRow))
    .returning({ id: desktopSessions.id });
  if (rows.length === 0) return false;
  await deleteCandidates(db, sessionId);
  return true;
}

export async function listSessions(
  db: Queryable,
  { orgId }: OrgScope,
  filter: {
    machineId?: string | undefined;
    status?: DesktopRow["status"] | undefined;
    onlyFor?: string;
    limit: number;
  },
): Promise<DesktopSession[]> {
  const { machineId, status, onlyFor, limit } = filter;
  if (machineId !== undefined && !isUuid(machineId)) return [];
  return selectSessions(db)
    .where(
      and(
        eq(desktopSessions.orgId, orgId),
        machineId === undefined ? undefined : eq(desktopSessions.machineId, machineId),
        status && eq(desktopSessions.status, status),
        onlyFor === undefined
          ? undefined
          : or(eq(desktopSessions.viewerUserId, onlyFor), eq(machines.ownerId, onlyFor)),
      ),
    )
    .orderBy(desc(desktopSessions.createdAt), desc(desktopSessions.id))
    .limit(limit);
}

/** Live sessions: of an organisation, of a machine, of sign-ins, or all. It crosses organisations, because it only takes away. */
export async function findLiveSessions(
  db: Queryable,
  { orgId, machineId, signInId }: { orgId?: string; machineId?: string; signInId?: string } = {},
): Promise<DesktopSession[]> {
  return selectSessions(db)
    .where(
      and(
        isLiveRow,
        orgId === undefined ? undefined : eq(desktopSessions.orgId, orgId),
        machineId === undefined ? undefined : eq(desktopSessions.machineId, machineId),
        signInId === undefined ? undefined : eq(desktopSessions.signInId, signInId),
      ),
    )
    .orderBy(asc(desktopSessions.id));
}

const isLate = (seconds: number) =>
  and(
    inArray(desktopSessions.status, ["pending", "signaling", "connecting"]),
    lt(desktopSessions.createdAt, sql`now() - make_interval(secs => ${seconds}::double precision)`),
  );

/** Sessions that were not connected in time. */
export async function findOverdue(db: Queryable, seconds: number): Promise<string[]> {
  const rows = await db.select({ id: desktopSessions.id }).from(desktopSessions).where(isLate(seconds));
  return rows.map(({ id }) => id);
}

export async function isOverdue(db: Queryable, seconds: number, sessionId: string): Promise<boolean> {
  const rows = await db
    .select({ id: desktopSessions.id })
    .from(desktopSessions)
    .where(and(eq(desktopSessions.id, sessionId), isLate(seconds)));
  return rows.length === 1;
}

export interface StoredCandidate {
  id: number;
  candidate: IceCandidate;
}

export async function insertCandidate(
  db: Queryable,
  values: { sessionId: string; side: "viewer" | "agent"; candidate: IceCandidate },
): Promise<number> {
  const [row] = await db.insert(desktopCandidates).values(values).returning({ id: desktopCandidates.id });
  if (!row) throw new Error("invariant: an insert returned no row");
  return row.id;
}

export async function countCandidates(db: Queryable, sessionId: string, side: "viewer" | "agent"): Promise<number> {
  const [row] = await db
    .select({ candidates: count() })
    .from(desktopCandidates)
    .where(and(eq(desktopCandidates.sessionId, sessionId), eq(desktopCandidates.side, side)));
  return row?.candidates ?? 0;
}

/** What one side has sent after `after`, in its order. */
export async function listCandidates(
  db: Queryable,
  sessionId: string,
  side: "viewer" | "agent",
  after = 0,
): Promise<StoredCandidate[]> {
  return db
    .select({ id: desktopCandidates.id, candidate: desktopCandidates.candidate })
    .from(desktopCandidates)
    .where(
      and(
        eq(desktopCandidates.sessionId, sessionId),
        eq(desktopCandidates.side, side),
        gt(desktopCandidates.id, after),
      ),
    )
    .orderBy(asc(desktopCandidates.id));
}

/** A description that replaces another one starts from nothing: candidates of the old one are none of the new. */
export async function deleteCandidates(db: Queryable, sessionId: string): Promise<void> {
  await db.delete(desktopCandidates).where(eq(desktopCandidates.sessionId, sessionId));
}
