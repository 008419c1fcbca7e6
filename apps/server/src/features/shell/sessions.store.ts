/**
 * Rows of sessions. The row is the authority: a session exists while it is `active`, and whoever raised its
 * `attach_epoch` last has it.
 */
import {
  DIAGNOSTICS_PER_USER,
  EXECS_PER_USER,
  type RecordedOutput,
  SESSIONS_PER_MACHINE,
  SESSIONS_PER_USER,
  type SessionKind,
  type SessionView,
  type TerminalSize,
} from "@sallyport/protocol";
import { and, desc, eq, getTableColumns, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { machines, nodes, sessions, users } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";
import { nodeLives } from "../cluster/index.ts";
import type { SessionProgram } from "./session-program.ts";

export type SessionRow = typeof sessions.$inferSelect;

/** How many rows of ended sessions a list shows. */
const ENDED_ROWS = 200;

const isActive = eq(sessions.status, "active");

/** Who is at a session's newest attachment, and with what. */
export interface Attachment {
  nodeId: string;
  signInId: string;
  reattachHash: string | null;
  ipAddress: string;
  size: TerminalSize;
  /** The viewer has every byte before this; null when it has none. */
  have: number | null;
}

const attachmentValues = ({ nodeId, signInId, reattachHash, ipAddress, size, have }: Attachment) => ({
  nodeId,
  signInId,
  reattachHash,
  ipAddress,
  ...size,
  attachHave: have,
  attached: true,
  attachedAt: sql`now()`,
  attachRequestedAt: sql`now()`,
});

const PER_USER = {
  shell: SESSIONS_PER_USER,
  exec: EXECS_PER_USER,
  diagnostic: DIAGNOSTICS_PER_USER,
} as const satisfies Record<SessionKind, number>;

/** A limit that one more session would pass. */
export interface FullLimit {
  limit: number;
  of: "user" | "machine";
}

/**
 * Which limit each of these sessions would pass, those before it counted; undefined where there is room. Until the
 * transaction ends nobody else makes sessions of these people or on these machines.
 */
export async function findFullLimits(
  tx: Queryable,
  wanted: readonly { userId: string; machineId: string; kind: SessionKind }[],
): Promise<(FullLimit | undefined)[]> {
  if (wanted.length === 0) return [];
  const userIds = [...new Set(wanted.map(({ userId }) => userId))];
  const machineIds = [...new Set(wanted.map(({ machineId }) => machineId))];
  // Two opens at once would each see room for one: they take turns, per user and per machine, in one order.
  const turns = [...userIds, ...machineIds].sort();
  await tx.execute(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest(${sql.param(turns)}::text[]) AS id`,
  );
  const counted = await tx
    .select({
      userId: sessions.userId,
      machineId: sessions.machineId,
      kind: sessions.kind,
      count: sql<number>`count(*)::int`,
    })
    .from(sessions)
    .where(and(isActive, or(inArray(sessions.userId, userIds), inArray(sessions.machineId, machineIds))))
    .groupBy(sessions.userId, sessions.machineId, sessions.kind);
  const counts = new Map<string, number>();
  const count = (key: string, more: number) => {
    counts.set(key, (counts.get(key) ?? 0) + more);
  };
  const keysOf = ({ userId, machineId, kind }: { userId: string; machineId: string; kind: SessionKind }) => ({
    ofUser: `${userId} ${kind}`,
    ofMachine: machineId,
  });
  for (const each of counted) for (const key of Object.values(keysOf(each))) count(key, each.count);
  return wanted.map((each) => {
    const { ofUser, ofMachine } = keysOf(each);
    const limit = PER_USER[each.kind];
    if ((counts.get(ofUser) ?? 0) >= limit) return { limit, of: "user" };
    if ((counts.get(ofMachine) ?? 0) >= SESSIONS_PER_MACHINE) return { limit: SESSIONS_PER_MACHINE, of: "machine" };
    count(ofUser, 1);
    count(ofMachine, 1);
    return undefined;
  });
}

/** A new session's first attachment has epoch 1; later ones raise it before they are sent. */
export async function insertSessions(
  tx: Queryable,
  made: readonly (SessionProgram & {
    id: string;
    orgId: string;
    userId: string;
    machineId: string;
    openedWith: string | null;
    attachment: Attachment;
  })[],
): Promise<void> {
  if (made.length === 0) return;
  await tx
    .insert(sessions)
    .values(made.map(({ attachment, ...values }) => ({ ...values, ...attachmentValues(attachment), attachEpoch: 1 })));
}

export interface SessionOwner {
  id: string;
  userId: string;
  machineId: string;
}

/**
 * Gives a session to a new attachment: one step, so that of two at once one has the higher number and keeps it.
 * Not while somebody else's window has it, unless that is to be taken over; a window whose node died has nothing.
 *
 * @returns the new epoch, or undefined when the session is not there, over, or somebody else's
 */
export async function attachSession(
  tx: Queryable,
  { orgId }: OrgScope,
  { id, userId, machineId }: SessionOwner,
  { takeOver, ...attachment }: Attachment & { takeOver: boolean },
): Promise<number | undefined> {
  const isSameWindow = sql`${sessions.reattachHash} = ${attachment.reattachHash}`;
  const hasNoViewer = sql`(${sessions.attached} = FALSE OR NOT ${nodeLives(sessions.nodeId)})`;
  // A window that was cut off may have typed bytes in hand. If another one typed meanwhile, they no longer fit: such a
  // window takes over, and gives them up, also when the other one has gone (I1).
  const isFree = attachment.have === null ? sql`(${isSameWindow} OR ${hasNoViewer})` : isSameWindow;
  const [row] = await tx
    .update(sessions)
    .set({ ...attachmentValues(attachment), attachEpoch: sql`${sessions.attachEpoch} + 1` })
    .where(
      and(
        eq(sessions.id, id),
        eq(sessions.orgId, orgId),
        eq(sessions.userId, userId),
        eq(sessions.machineId, machineId),
        isActive,
        takeOver ? undefined : isFree,
      ),
    )
    .returning({ epoch: sessions.attachEpoch });
  return row?.epoch;
}

/**
 * Attaches anew what this very window has lost on the way to the machine. Not by epoch: one that was raised by a try
 * whose answer got lost is ours, too.
 *
 * @returns the new epoch; undefined when the session ended or another window has it
 */
export async function attachAgain(
  db: Queryable,
  {
    id,
    nodeId,
    reattachHash,
    have,
    size,
  }: { id: string; nodeId: string; reattachHash: string | null; have: number | null; size: TerminalSize },
): Promise<number | undefined> {
  const [row] = await db
    .update(sessions)
    .set({
      attachEpoch: sql`${sessions.attachEpoch} + 1`,
      attachRequestedAt: sql`now()`,
      attachHave: have,
      attached: true,
      ...size,
    })
    .where(
      and(
        eq(sessions.id, id),
        isActive,
        eq(sessions.nodeId, nodeId),
        reattachHash === null ? isNull(sessions.reattachHash) : eq(sessions.reattachHash, reattachHash),
      ),
    )
    .returning({ epoch: sessions.attachEpoch });
  return row?.epoch;
}

/** The viewer of this attachment has gone; of a later one nothing is said. Returns whether the row changed. */
export async function detachSession(db: Queryable, id: string, epoch: number): Promise<boolean> {
  const rows = await db
    .update(sessions)
    .set({ attached: false })
    .where(and(eq(sessions.id, id), eq(sessions.attachEpoch, epoch), eq(sessions.attached, true)))
    .returning({ id: sessions.id });
  return rows.length === 1;
}

/** None of a node's viewers is there: it stops, or has just started. */
export async function detachSessionsOfNode(db: Queryable, nodeId: string): Promise<void> {
  await db
    .update(sessions)
    .set({ attached: false })
    .where(and(eq(sessions.nodeId, nodeId), isActive, eq(sessions.attached, true)));
}

export async function markStarted(db: Queryable, ids: readonly string[]): Promise<void> {
  await db
    .update(sessions)
    .set({ startedAt: sql`now()` })
    .where(and(inArray(sessions.id, [...ids]), isNull(sessions.startedAt)));
}

export interface SessionEnd {
  sessionId: string;
  /** `exited`, `viewer_left`, or a lower-case code of the error catalogue. */
  cause: string;
  exitCode: number | null;
  /** The beginning of what a command wrote, where that is recorded. */
  output?: RecordedOutput | undefined;
}

/** Ends each session once; resolves to the rows of those that this call did end, with the names of their machines. */
export async function endSessions(
  tx: Queryable,
  ends: readonly SessionEnd[],
): Promise<(SessionRow & { machineName: string })[]> {
  const rows = JSON.stringify(
    ends.map(({ sessionId, cause, exitCode, output }) => ({ id: sessionId, cause, exit_code: exitCode, output })),
  );
  return tx
    .update(sessions)
    .set({
      status: "ended",
      endedAt: sql`now()`,
      attached: false,
      cause: sql`given.cause`,
      exitCode: sql`given.exit_code`,
      output: sql`given.output`,
    })
    .from(
      sql`jsonb_to_recordset(${rows}::jsonb) AS given(id uuid, cause text, exit_code bigint, output jsonb), ${machines}`,
    )
    .where(and(eq(sessions.id, sql`given.id`), eq(machines.id, sessions.machineId), isActive))
    .returning({ ...getTableColumns(sessions), machineName: sql<string>`${machines.name}` });
}

export async function findSession(db: Queryable, { orgId }: OrgScope, id: string): Promise<SessionRow | undefined> {
  if (!isUuid(id)) return undefined;
  const [row] = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.orgId, orgId)));
  return row;
}

/** The session that a shell token opened, whoever asks now; the caller compares what it must. */
export async function findOpenedWith(
  db: Queryable,
  { orgId }: OrgScope,
  tokenHash: string,
): Promise<SessionRow | undefined> {
  const [row] = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.openedWith, tokenHash), eq(sessions.orgId, orgId)));
  return row;
}

/** Rows by id, of any organisation: for the node that relays them. */
export async function findSessions(db: Queryable, ids: readonly string[]): Promise<SessionRow[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(sessions)
    .where(inArray(sessions.id, [...ids]));
}

export async function findActiveOfMachines(db: Queryable, machineIds: readonly string[]): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(and(isActive, inArray(sessions.machineId, [...machineIds])));
}

/** What a node with the machine's link must tell it, for an attachment that another node asked for. */
export async function findAttachRequest(
  db: Queryable,
  sessionId: string,
): Promise<{ session: SessionRow; nodeUrl: string } | undefined> {
  const [row] = await db
    .select({ session: sessions, nodeUrl: nodes.url })
    .from(sessions)
    .innerJoin(nodes, eq(nodes.id, sessions.nodeId))
    .where(and(eq(sessions.id, sessionId), isActive, eq(sessions.attached, true)));
  return row;
}

/** Attachments of these machines that other nodes asked for lately: what a lost signal would have told. */
export async function findLateRequests(
  db: Queryable,
  {
    machineIds,
    nodeId,
    afterSeconds,
    seconds,
  }: { machineIds: readonly string[]; nodeId: string; afterSeconds: number; seconds: number },
): Promise<{ id: string; epoch: number }[]> {
  if (machineIds.length === 0) return [];
  return db
    .select({ id: sessions.id, epoch: sessions.attachEpoch })
    .from(sessions)
    .where(
      and(
        isActive,
        eq(sessions.attached, true),
        sql`${sessions.nodeId} <> ${nodeId}`,
        inArray(sessions.machineId, [...machineIds]),
        sql`${sessions.attachRequestedAt} < now() - make_interval(secs => ${afterSeconds}::double precision)`,
        sql`${sessions.attachRequestedAt} > now() - make_interval(secs => ${seconds}::double precision)`,
      ),
    );
}

/** Sessions that nobody will ever have a shell of: the viewer left before it was started. */
export async function findAbandoned(db: Queryable, seconds: number): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(
      and(
        isActive,
        isNull(sessions.startedAt),
        eq(sessions.attached, false),
        sql`${sessions.createdAt} < now() - make_interval(secs => ${seconds}::double precision)`,
      ),
    );
}

/** Sessions of machines that were silent for longer than a session waits for anybody. */
export async function findOutwaited(db: Queryable, graceSeconds: number): Promise<SessionRow[]> {
  const rows = await db
    .select({ session: sessions })
    .from(sessions)
    .innerJoin(machines, eq(machines.id, sessions.machineId))
    .where(
      and(
        isActive,
        eq(machines.status, "offline"),
        sql`${machines.lastSeen} < now() - make_interval(secs => ${graceSeconds}::double precision)`,
        sql`coalesce(${sessions.attachedAt}, ${sessions.createdAt}) < now() - make_interval(secs => ${graceSeconds}::double precision)`,
      ),
    );
  return rows.map(({ session }) => session);
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

export async function listSessions(
  db: Queryable,
  { orgId }: OrgScope,
  { machineId, status, id }: { machineId?: string | undefined; status?: "active" | "ended"; id?: string },
): Promise<SessionView[]> {
  if ([machineId, id].some((given) => given !== undefined && !isUuid(given))) return [];
  const conditions: (SQL | undefined)[] = [
    eq(sessions.orgId, orgId),
    status && eq(sessions.status, status),
    machineId === undefined ? undefined : eq(sessions.machineId, machineId),
    id === undefined ? undefined : eq(sessions.id, id),
  ];
  const rows = await db
    .select({ session: sessions, machineName: machines.name, email: users.email })
    .from(sessions)
    .innerJoin(machines, eq(machines.id, sessions.machineId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(...conditions))
    .orderBy(desc(sessions.createdAt), sessions.id)
    .limit(status === "active" ? Number.MAX_SAFE_INTEGER : ENDED_ROWS);
  return rows.map(({ session, machineName, email }) => ({
    id: session.id,
    kind: session.kind,
    machine_id: session.machineId,
    machine_name: machineName,
    user_id: session.userId,
    user_email: email,
    status: session.status,
    attached: session.attached,
    attached_at: iso(session.attachedAt),
    ip_address: session.ipAddress,
    created_at: session.createdAt.toISOString(),
    ended_at: iso(session.endedAt),
    cause: session.cause,
    exit_code: session.exitCode,
  }));
}
