import { AppError, type MachineView } from "@sallyport/protocol";
import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { type Queryable, violatedConstraint } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { machines } from "../../platform/db/schema.ts";
import { type OrgScope, type TargetMachine, vouchForOrg } from "../access/index.ts";
import { decideSessionsOff } from "./decide-sessions-off.ts";

export type Machine = typeof machines.$inferSelect;

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

export const viewMachine = (machine: Machine): MachineView => ({
  id: machine.id,
  org_id: machine.orgId,
  name: machine.name,
  kind: machine.kind,
  agent_id: machine.agentId,
  status: machine.status,
  tailnet_ip: machine.tailnetIp,
  os: machine.os,
  version: machine.version,
  ephemeral: machine.ephemeral,
  session_enabled: machine.sessionEnabled,
  agent_session_enabled: machine.agentSessionEnabled,
  admin_disabled: machine.adminDisabled,
  owner_id: machine.ownerId,
  tags: machine.tags,
  desktop: machine.desktop,
  last_seen: iso(machine.lastSeen),
  connected_at: iso(machine.connectedAt),
  created_at: machine.createdAt.toISOString(),
});

/** What an administrator may change of a machine; undefined leaves a value as it is. */
type Changes = {
  [Column in "name" | "sessionEnabled" | "tags" | "agentId" | "hubEndpoint" | "tokenHash"]?:
    | Machine[Column]
    | undefined;
};

/** @throws AppError `ALREADY_EXISTS` for what another node of its kind is called */
export async function updateMachine(
  db: Queryable,
  { orgId }: OrgScope,
  machineId: string,
  values: Changes,
): Promise<Machine | undefined> {
  if (!isUuid(machineId)) return undefined;
  const update = db
    .update(machines)
    .set(values)
    .where(and(eq(machines.orgId, orgId), eq(machines.id, machineId)))
    .returning();
  const [row] = await orTaken(update);
  return row;
}

/** What a node is called is checked by the database, where two at once cannot both have it. */
async function orTaken<Rows>(write: Promise<Rows>): Promise<Rows> {
  try {
    return await write;
  } catch (error) {
    if (!violatedConstraint(error)?.startsWith("machines_node_")) throw error;
    throw new AppError("ALREADY_EXISTS", { what: "A node of this kind with this name or agent id" }, { cause: error });
  }
}

/** Bars a machine or lets it back in. Quarantine is another matter, and stays. */
export async function setBarred(
  db: Queryable,
  { orgId }: OrgScope,
  machineId: string,
  isBarred: boolean,
): Promise<Machine | undefined> {
  if (!isUuid(machineId)) return undefined;
  const status = isBarred ? "offline" : "online";
  const [row] = await db
    .update(machines)
    .set({
      adminDisabled: isBarred,
      status: sql`CASE WHEN ${machines.status} = 'quarantined' THEN 'quarantined' ELSE ${status} END`,
    })
    .where(and(eq(machines.orgId, orgId), eq(machines.id, machineId)))
    .returning();
  return row;
}

export async function findMachine(db: Queryable, { orgId }: OrgScope, machineId: string): Promise<Machine | undefined> {
  if (!isUuid(machineId)) return undefined;
  const [row] = await db
    .select()
    .from(machines)
    .where(and(eq(machines.orgId, orgId), eq(machines.id, machineId)));
  return row;
}

export async function deleteMachine(
  db: Queryable,
  { orgId }: OrgScope,
  machineId: string,
): Promise<Machine | undefined> {
  if (!isUuid(machineId)) return undefined;
  const [row] = await db
    .delete(machines)
    .where(and(eq(machines.orgId, orgId), eq(machines.id, machineId)))
    .returning();
  return row;
}

/** A machine of any organisation: for a node that was told that its row changed. */
export async function findMachineById(db: Queryable, machineId: string): Promise<Machine | undefined> {
  const [row] = await db.select().from(machines).where(eq(machines.id, machineId));
  return row;
}

/** The machine that a node key belongs to. The key is what admits it to its own organisation. */
export async function findByNodeKey(
  db: Queryable,
  nodeKeyHash: string,
): Promise<{ machine: Machine; scope: OrgScope } | undefined> {
  const [machine] = await db.select().from(machines).where(eq(machines.nodeKeyHash, nodeKeyHash));
  return machine && { machine, scope: vouchForOrg(machine.orgId) };
}

export async function findByDevice(
  db: Queryable,
  { orgId }: OrgScope,
  deviceHash: string,
): Promise<Machine | undefined> {
  const [row] = await db
    .select()
    .from(machines)
    .where(and(eq(machines.orgId, orgId), eq(machines.deviceHash, deviceHash)))
    .for("update");
  return row;
}

/** @throws AppError `ALREADY_EXISTS` for what another node of its kind is called */
export async function insertMachine(db: Queryable, values: typeof machines.$inferInsert): Promise<Machine> {
  const [row] = await orTaken(db.insert(machines).values(values).returning());
  if (!row) throw new Error("invariant: an insert returned no row");
  return row;
}

export async function reenrolMachine(
  db: Queryable,
  machineId: string,
  values: Partial<Omit<typeof machines.$inferInsert, "id" | "tailnetIp" | "orgId">>,
): Promise<Machine> {
  const [row] = await orTaken(db.update(machines).set(values).where(eq(machines.id, machineId)).returning());
  if (!row) throw new Error("invariant: a locked machine is gone");
  return row;
}

export async function nextTailnetHost(db: Queryable): Promise<number> {
  const { rows } = await db.execute<{ host: string | number }>(sql`SELECT nextval('tailnet_host') AS host`);
  return Number(rows[0]?.host);
}

export async function isAddressTaken(db: Queryable, address: string): Promise<boolean> {
  const rows = await db.select({ id: machines.id }).from(machines).where(eq(machines.tailnetIp, address));
  return rows.length > 0;
}

/** What a sign of life writes. */
export const seenAs = (status: "online" | "offline") => ({
  lastSeen: sql`now()`,
  status: sql`CASE WHEN ${machines.adminDisabled} OR ${machines.status} NOT IN ('online', 'offline') THEN ${machines.status} ELSE ${status} END`,
});

/**
 * A sign of life. A machine that an administrator disabled or that is in quarantine is seen but stays as it is
 * its status is not the machine's to change.
 */
export async function touchMachine(
  db: Queryable,
  machineId: string,
  { status, version }: { status: "online" | "offline"; version?: string | undefined },
): Promise<Machine | undefined> {
  const [row] = await db
    .update(machines)
    .set({ ...seenAs(status), ...(version !== undefined && { version }) })
    .where(eq(machines.id, machineId))
    .returning();
  return row;
}

/**
 * Many signs of life in one go; a linked fleet beats every 30 s. Returns those that were offline by mistake, through
 * a slow database or an edited row, and are online again.
 */
export async function touchMachines(tx: Queryable, machineIds: readonly string[]): Promise<Machine[]> {
  const these = inArray(machines.id, [...machineIds]);
  await tx.update(machines).set({ lastSeen: sql`now()` }).where(these);
  return tx
    .update(machines)
    .set({ status: "online" })
    .where(and(these, eq(machines.status, "offline"), eq(machines.adminDisabled, false)))
    .returning();
}

/** Marks silent machines offline. `last_seen` is left alone, and a machine that was never seen is trusted. */
export async function markSilentOffline(db: Queryable, timeoutSeconds: number): Promise<Machine[]> {
  return db
    .update(machines)
    .set({ status: "offline" })
    .where(
      and(
        eq(machines.status, "online"),
        isNotNull(machines.lastSeen),
        sql`${machines.lastSeen} < now() - make_interval(secs => ${timeoutSeconds}::double precision)`,
      ),
    )
    .returning();
}

/** Whether a machine counts as online at this moment, by the database's clock and the 90 s rule. */
function isOnlineNow(timeoutSeconds: number) {
  const isSeen = sql`(${machines.lastSeen} IS NULL OR ${machines.lastSeen} >= now() - make_interval(secs => ${timeoutSeconds}::double precision))`;
  return sql<boolean>`(${machines.status} = 'online' AND ${isSeen})`;
}

/** A machine, and whether it is online now. */
export interface MachineNow {
  machine: Machine;
  isOnline: boolean;
}

export async function findMachineNow(
  db: Queryable,
  scope: OrgScope,
  machineId: string,
  timeoutSeconds: number,
): Promise<MachineNow | undefined> {
  return (await findMachinesNow(db, scope, [machineId], timeoutSeconds)).get(machineId.toLowerCase());
}

/** By id in lower case; those that there are. */
export async function findMachinesNow(
  db: Queryable,
  { orgId }: OrgScope,
  machineIds: readonly string[],
  timeoutSeconds: number,
): Promise<Map<string, MachineNow>> {
  const ids = machineIds.filter(isUuid);
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ machine: machines, isOnline: isOnlineNow(timeoutSeconds) })
    .from(machines)
    .where(and(eq(machines.orgId, orgId), inArray(machines.id, ids)));
  return new Map(rows.map((row) => [row.machine.id, row]));
}

/** All machines of an organisation, by name, and which of them are online now. */
export async function listMachinesNow(
  db: Queryable,
  { orgId }: OrgScope,
  timeoutSeconds: number,
): Promise<MachineNow[]> {
  return db
    .select({ machine: machines, isOnline: isOnlineNow(timeoutSeconds) })
    .from(machines)
    .where(eq(machines.orgId, orgId))
    .orderBy(machines.name, machines.id);
}

/** A machine as the decision about its use sees it. */
export async function findTarget(
  db: Queryable,
  scope: OrgScope,
  machineId: string,
  timeoutSeconds: number,
): Promise<TargetMachine | undefined> {
  const found = await findMachineNow(db, scope, machineId, timeoutSeconds);
  if (!found) return undefined;
  const { id, name, tailnetIp: address, tags, ownerId } = found.machine;
  const sessionEnabled = decideSessionsOff(found.machine) === undefined;
  return { id, name, address, tags, ownerId, sessionEnabled, isOnline: found.isOnline };
}
