import { API_KEY_USE_SECONDS, type Role } from "@sallyport/protocol";
import { and, desc, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { apiKeys, signIns, users } from "../../platform/db/schema.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { isAlive } from "../auth/index.ts";

export interface KeyRow {
  id: string;
  name: string;
  keyPrefix: string;
  role: Role;
  userId: string;
  userEmail: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

/** What the sign-in of a key always has. */
const limits = { orgId: sql<string>`${signIns.orgId}`, role: sql<Role>`${signIns.role}` };

const keyRow = {
  id: apiKeys.id,
  name: apiKeys.name,
  keyPrefix: apiKeys.keyPrefix,
  role: limits.role,
  userId: signIns.userId,
  userEmail: users.email,
  createdAt: signIns.createdAt,
  expiresAt: sql<Date>`${signIns.expiresAt}`.mapWith(signIns.expiresAt),
  revokedAt: signIns.revokedAt,
  lastUsedAt: apiKeys.lastUsedAt,
};

interface NewKey {
  name: string;
  keyHash: string;
  keyPrefix: string;
  role: Role;
  expiresDays: number;
  actor: Actor;
  ipAddress: string;
}

/** A key is a sign-in that is limited. It ends no later than the key that it was made with. */
export async function insertApiKey(
  db: Queryable,
  { orgId }: OrgScope,
  { name, keyHash, keyPrefix, role, expiresDays, actor, ipAddress }: NewKey,
): Promise<{ id: string; expiresAt: Date }> {
  const madeWith = actor.limits ? actor.signInId : null;
  const [parent] = madeWith
    ? await db.select({ expiresAt: signIns.expiresAt }).from(signIns).where(eq(signIns.id, madeWith))
    : [];
  const asked = sql`now() + make_interval(days => ${expiresDays}::int)`;
  const expiresAt = parent ? sql`least(${asked}, ${parent.expiresAt?.toISOString()}::timestamptz)` : asked;
  const [row] = await db
    .insert(signIns)
    .values({ userId: actor.userId, orgId, role, ipAddress, expiresAt })
    .returning({ id: signIns.id, expiresAt: signIns.expiresAt });
  if (!row?.expiresAt) throw new Error("invariant: an insert returned no row");
  await db.insert(apiKeys).values({ id: row.id, name, keyHash, keyPrefix, madeWith });
  return { id: row.id, expiresAt: row.expiresAt };
}

const isUseStale = or(
  isNull(apiKeys.lastUsedAt),
  lt(apiKeys.lastUsedAt, sql`now() - make_interval(secs => ${API_KEY_USE_SECONDS}::int)`),
);

/** Whom a key speaks for, while it is good; and whether it is time to write down that it was used. */
export async function findKeyActor(
  db: Queryable,
  keyHash: string,
): Promise<(Actor & { isUseStale: boolean }) | undefined> {
  const [row] = await db
    .select({
      userId: users.id,
      email: users.email,
      signInId: apiKeys.id,
      limits,
      isUseStale: sql<boolean>`${isUseStale}`,
    })
    .from(apiKeys)
    .innerJoin(signIns, eq(signIns.id, apiKeys.id))
    .innerJoin(users, eq(users.id, signIns.userId))
    .where(and(eq(apiKeys.keyHash, keyHash), isAlive, isNull(users.disabledAt)));
  return row;
}

/** Of many uses at once, one is written. */
export async function markUsed(db: Queryable, keyId: string): Promise<void> {
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKeys.id, keyId), isUseStale));
}

/** The newest first; all of the organisation, those of one person, or one. */
export async function listKeys(
  db: Queryable,
  { orgId }: OrgScope,
  { userId, id }: { userId?: string | undefined; id?: string } = {},
): Promise<KeyRow[]> {
  return db
    .select(keyRow)
    .from(apiKeys)
    .innerJoin(signIns, eq(signIns.id, apiKeys.id))
    .innerJoin(users, eq(users.id, signIns.userId))
    .where(
      and(
        eq(signIns.orgId, orgId),
        userId === undefined ? undefined : eq(signIns.userId, userId),
        id === undefined ? undefined : eq(apiKeys.id, id),
      ),
    )
    .orderBy(desc(signIns.createdAt), apiKeys.id);
}

export async function findKey(db: Queryable, scope: OrgScope, id: string): Promise<KeyRow | undefined> {
  return isUuid(id) ? (await listKeys(db, scope, { id }))[0] : undefined;
}

/** Ends a key and all that were made with it; returns those that had not ended before. */
export async function revokeWithDescendants(db: Queryable, keyId: string): Promise<string[]> {
  const family = sql`WITH RECURSIVE family (id) AS (
    SELECT ${keyId}::uuid UNION SELECT k.id FROM api_keys k JOIN family ON k.made_with = family.id
  ) SELECT id FROM family`;
  const rows = await db
    .update(signIns)
    .set({ revokedAt: sql`now()` })
    .where(and(sql`${signIns.id} IN (${family})`, isNull(signIns.revokedAt)))
    .returning({ id: signIns.id });
  return rows.map(({ id }) => id);
}
