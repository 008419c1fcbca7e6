import { and, eq, gt, or, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { authKeys, machines } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";

export type AuthKey = typeof authKeys.$inferSelect;

export async function insertAuthKey(
  db: Queryable,
  { orgId }: OrgScope,
  {
    expiryDays,
    ...values
  }: Pick<AuthKey, "name" | "keyHash" | "keyPrefix" | "reusable" | "ephemeral" | "createdBy"> & {
    expiryDays: number;
  },
): Promise<AuthKey> {
  const [row] = await db
    .insert(authKeys)
    // AK-016: counted by the database, whose clock also judges it later.
    .values({ ...values, orgId, expiresAt: sql`now() + make_interval(days => ${expiryDays}::int)` })
    .returning();
  if (!row) throw new Error("invariant: an insert returned no row");
  return row;
}

/** Counts a use of a key that may be used, in one statement: of many at once, a single-use key admits exactly one. */
export async function consumeAuthKey(db: Queryable, keyHash: string): Promise<AuthKey | undefined> {
  const [row] = await db
    .update(authKeys)
    .set({ usedCount: sql`${authKeys.usedCount} + 1` })
    .where(
      and(
        eq(authKeys.keyHash, keyHash),
        eq(authKeys.revoked, false),
        gt(authKeys.expiresAt, sql`now()`),
        or(eq(authKeys.reusable, true), eq(authKeys.usedCount, 0)),
      ),
    )
    .returning();
  return row;
}

/** Whether a key that was not consumed would have been good, had nobody used it before. */
export async function isUsedUp(db: Queryable, keyHash: string): Promise<boolean> {
  const rows = await db
    .select({ id: authKeys.id })
    .from(authKeys)
    .where(
      and(
        eq(authKeys.keyHash, keyHash),
        eq(authKeys.revoked, false),
        gt(authKeys.expiresAt, sql`now()`),
        eq(authKeys.reusable, false),
      ),
    );
  return rows.length === 1;
}

/** Resolves to the key, revoked now or before, or undefined when the organisation has none with this id. */
export async function revokeAuthKey(db: Queryable, { orgId }: OrgScope, keyId: string): Promise<AuthKey | undefined> {
  if (!isUuid(keyId)) return undefined;
  const [row] = await db
    .update(authKeys)
    .set({ revoked: true })
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
