import { and, eq, gt, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { authKeys, authKeyUses, machines } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";

export type AuthKey = typeof authKeys.$inferSelect;

export async function insertAuthKey(
  db: Queryable,
  { orgId }: OrgScope,
  {
    expiryDays,
    ...values
  }: Pick<
    AuthKey,
    | "name"
    | "keyHash"
    | "keyPrefix"
    | "reusable"
    | "maxUses"
    | "ephemeral"
    | "allowedTags"
    | "allowedCidrs"
    | "createdBy"
  > & { expiryDays: number },
): Promise<AuthKey> {
  const [row] = await db
    .insert(authKeys)
    // AK-016: counted by the database, whose clock also judges it later.
    .values({ ...values, orgId, expiresAt: sql`now() + make_interval(days => ${expiryDays}::int)` })
    .returning();
  if (!row) throw new Error("invariant: an insert returned no row");
  return row;
}

const isUnexpired = and(eq(authKeys.revoked, false), gt(authKeys.expiresAt, sql`now()`));

/** A key that is not reusable is good for one use, a reusable one for `max_uses` or for any number. */
export const hasUsesLeft = and(
  or(eq(authKeys.reusable, true), eq(authKeys.usedCount, 0)),
  or(isNull(authKeys.maxUses), lt(authKeys.usedCount, authKeys.maxUses)),
);

/**
 * Counts a use of a key that may be used, in one statement: of many at once, a key for N uses admits exactly N. The
 * key's row stays locked until the caller's transaction ends, so that revoking it sees every machine it admitted.
 */
export async function consumeAuthKey(db: Queryable, keyHash: string): Promise<AuthKey | undefined> {
  const [row] = await db
    .update(authKeys)
    .set({ usedCount: sql`${authKeys.usedCount} + 1` })
    .where(and(eq(authKeys.keyHash, keyHash), isUnexpired, hasUsesLeft))
    .returning();
  return row;
}

/** Whether a key that was not consumed would have been good, had nobody used it before. */
export async function isUsedUp(db: Queryable, keyHash: string): Promise<boolean> {
  const isLimited = or(eq(authKeys.reusable, false), isNotNull(authKeys.maxUses));
  const rows = await db
    .select({ id: authKeys.id })
    .from(authKeys)
    .where(and(eq(authKeys.keyHash, keyHash), isUnexpired, isLimited));
  return rows.length === 1;
}

/** Who used a key for what: kept when key and machine are long out of use. */
export async function insertKeyUse(
  db: Queryable,
  { orgId }: OrgScope,
  use: Pick<typeof authKeyUses.$inferSelect, "authKeyId" | "machineId" | "machineName" | "outcome" | "ipAddress">,
): Promise<void> {
  await db.insert(authKeyUses).values({ ...use, orgId });
}

/** Resolves to the key, revoked now or before, or undefined when the organisation has none with this id. */
export async function revokeAuthKey(db: Queryable, { orgId }: OrgScope, keyId: string): Promise<AuthKey | undefined> {
  if (!isUuid(keyId)) return undefined;
  const [row] = await db
    .update(authKeys)
    .set({ revoked: true, revokedAt: sql`coalesce(${authKeys.revokedAt}, now())` })
    .where(and(eq(authKeys.orgId, orgId), eq(authKeys.id, keyId)))
    .returning();
  return row;
}

/** Machines that a key enrolled and that were in use; returns their ids. */
export async function quarantineMachines(db: Queryable, { orgId }: OrgScope, keyId: string): Promise<string[]> {
  const rows = await db
    .update(machines)
    .set({ status: "quarantined" })
    .where(
      and(
        eq(machines.orgId, orgId),
        eq(machines.authKeyId, keyId),
        or(eq(machines.status, "online"), eq(machines.status, "offline")),
      ),
    )
    .returning({ id: machines.id });
  return rows.map(({ id }) => id);
}

export async function listAuthKeys(db: Queryable, { orgId }: OrgScope): Promise<AuthKey[]> {
  return db.select().from(authKeys).where(eq(authKeys.orgId, orgId)).orderBy(authKeys.createdAt, authKeys.id);
}
