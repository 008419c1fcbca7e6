/** The documents' three statements (AK-009 to AK-011), in their words; all times are the database's. */
import { EPHEMERAL_MACHINE_MINUTES, isAdminRole, KEY_WARNING_DAYS, STALE_MACHINE_MINUTES } from "@sallyport/protocol";
import { and, eq, gt, inArray, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Queryable } from "../../platform/db/database.ts";
import { authKeys, machines, orgMembers, orgs } from "../../platform/db/schema.ts";
import { limitRole, type RightsHolder, type ScheduleActor } from "../access/index.ts";
import { type AuthKey, hasUsesLeft } from "../auth-keys/index.ts";
import type { Machine } from "../machines/index.ts";

type OrgIds = ScheduleActor["orgIds"];

const within = (orgId: PgColumn, orgIds: OrgIds): SQL | undefined =>
  orgIds === "all" ? undefined : inArray(orgId, [...orgIds]);
const minutesAgo = (minutes: number): SQL => sql`now() - make_interval(mins => ${minutes}::int)`;

const isAbandoned = and(
  eq(machines.ephemeral, true),
  eq(machines.status, "offline"),
  lt(machines.lastSeen, minutesAgo(EPHEMERAL_MACHINE_MINUTES)),
);

/** The organisations that a person, or an API key of theirs, administers. */
export async function listAdministered(db: Queryable, { userId, limits }: RightsHolder): Promise<string[]> {
  const rows = await db
    .select({ orgId: orgMembers.orgId, role: orgMembers.role })
    .from(orgMembers)
    .where(eq(orgMembers.userId, userId))
    .orderBy(orgMembers.orgId);
  return rows.filter(({ orgId, role }) => isAdminRole(limitRole(role, orgId, limits))).map(({ orgId }) => orgId);
}

export async function listOrgIds(db: Queryable, orgIds: OrgIds): Promise<string[]> {
  const rows = await db.select({ id: orgs.id }).from(orgs).where(within(orgs.id, orgIds)).orderBy(orgs.id);
  return rows.map(({ id }) => id);
}

/** Organisations, of these, in which there is something to enforce. */
export async function findOrgsToEnforce(db: Queryable, orgIds: OrgIds): Promise<string[]> {
  const isExpired = and(eq(authKeys.revoked, false), lt(authKeys.expiresAt, sql`now()`));
  const isSilent = and(eq(machines.status, "online"), lt(machines.lastSeen, minutesAgo(STALE_MACHINE_MINUTES)));
  const keys = db
    .selectDistinct({ orgId: authKeys.orgId })
    .from(authKeys)
    .where(and(isExpired, within(authKeys.orgId, orgIds)));
  const silent = db
    .selectDistinct({ orgId: machines.orgId })
    .from(machines)
    .where(and(or(isSilent, isAbandoned), within(machines.orgId, orgIds)));
  const found = [...(await keys), ...(await silent)];
  return [...new Set(found.map(({ orgId }) => orgId))].sort();
}

/** `UPDATE auth_keys SET revoked = TRUE WHERE revoked = FALSE AND expires_at < NOW()` */
export async function revokeExpired(db: Queryable, orgIds: OrgIds): Promise<AuthKey[]> {
  return db
    .update(authKeys)
    .set({ revoked: true, revokedAt: sql`now()` })
    .where(and(eq(authKeys.revoked, false), lt(authKeys.expiresAt, sql`now()`), within(authKeys.orgId, orgIds)))
    .returning();
}

/**
 * `UPDATE machines SET status = 'offline' WHERE org_id = ? AND status = 'online' AND last_seen < NOW() - INTERVAL '3
 * minutes'`
 */
export async function markStaleOffline(db: Queryable, orgId: string): Promise<Machine[]> {
  return db
    .update(machines)
    .set({ status: "offline" })
    .where(
      and(
        eq(machines.orgId, orgId),
        eq(machines.status, "online"),
        lt(machines.lastSeen, minutesAgo(STALE_MACHINE_MINUTES)),
      ),
    )
    .returning();
}

/** What `deleteAbandoned` is about to delete, locked: their sessions have to be ended while there are rows for them. */
export async function lockAbandoned(tx: Queryable, orgIds: OrgIds): Promise<string[]> {
  const rows = await tx
    .select({ id: machines.id })
    .from(machines)
    .where(and(isAbandoned, within(machines.orgId, orgIds)))
    .orderBy(machines.id)
    .for("update");
  return rows.map(({ id }) => id);
}

/** `DELETE FROM machines WHERE ephemeral = TRUE AND status = 'offline' AND last_seen < NOW() - INTERVAL '30 minutes'` */
export async function deleteAbandoned(tx: Queryable, lockedIds: readonly string[]): Promise<Machine[]> {
  return tx
    .delete(machines)
    .where(and(isAbandoned, inArray(machines.id, [...lockedIds])))
    .returning();
}

/** Keys that are still of use, expire soon, and have lived at least half their life; each is returned once. */
export async function claimWarnings(db: Queryable): Promise<AuthKey[]> {
  const halfLife = sql`${authKeys.createdAt} + (${authKeys.expiresAt} - ${authKeys.createdAt}) / 2`;
  return db
    .update(authKeys)
    .set({ warnedAt: sql`now()` })
    .where(
      and(
        isNull(authKeys.warnedAt),
        eq(authKeys.revoked, false),
        gt(authKeys.expiresAt, sql`now()`),
        lt(authKeys.expiresAt, sql`now() + make_interval(days => ${KEY_WARNING_DAYS}::int)`),
        sql`now() >= ${halfLife}`,
        hasUsesLeft,
      ),
    )
    .returning();
}
