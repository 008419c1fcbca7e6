import type { Membership } from "@sallyport/protocol";
import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { orgMembers, orgs, refreshTokens, signIns, users } from "../../platform/db/schema.ts";

export interface Account {
  id: string;
  email: string;
  passwordHash: string | null;
}

const account = { id: users.id, email: users.email, passwordHash: users.passwordHash };

export async function findAccountByEmail(db: Queryable, email: string): Promise<Account | undefined> {
  const [found] = await db
    .select(account)
    .from(users)
    .where(and(eq(users.email, email), isNull(users.disabledAt)));
  return found;
}

export async function listMemberships(db: Queryable, userId: string): Promise<Membership[]> {
  return db
    .select({ id: orgs.id, name: orgs.name, role: orgMembers.role, plan: orgs.plan })
    .from(orgMembers)
    .innerJoin(orgs, eq(orgs.id, orgMembers.orgId))
    .where(eq(orgMembers.userId, userId))
    .orderBy(orgMembers.createdAt, orgs.id);
}

/** Neither revoked nor over. Those of people have no end of their own, those of API keys do. */
export const isAlive = and(isNull(signIns.revokedAt), or(isNull(signIns.expiresAt), gt(signIns.expiresAt, sql`now()`)));

export async function isSignInAlive(db: Queryable, signInId: string, userId: string): Promise<boolean> {
  const found = await db
    .select({ id: signIns.id })
    .from(signIns)
    .innerJoin(users, eq(users.id, signIns.userId))
    .where(and(eq(signIns.id, signInId), eq(users.id, userId), isAlive, isNull(users.disabledAt)));
  return found.length === 1;
}

export async function insertSignIn(
  db: Queryable,
  { userId, ipAddress, userAgent }: { userId: string; ipAddress: string; userAgent: string | undefined },
): Promise<string> {
  const [row] = await db
    .insert(signIns)
    .values({ userId, ipAddress, userAgent: userAgent ?? null })
    .returning({ id: signIns.id });
  if (!row) throw new Error("invariant: an insert returned no row");
  return row.id;
}

export async function insertRefreshToken(
  db: Queryable,
  { tokenHash, signInId, lifetimeDays }: { tokenHash: string; signInId: string; lifetimeDays: number },
): Promise<void> {
  await db
    .insert(refreshTokens)
    .values({ tokenHash, signInId, expiresAt: sql`now() + make_interval(days => ${lifetimeDays}::int)` });
}

/** Uses a refresh token up, in one statement, so that of two at once only one gets through. */
export async function consumeRefreshToken(db: Queryable, tokenHash: string): Promise<{ signInId: string } | undefined> {
  const [row] = await db
    .update(refreshTokens)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(refreshTokens.tokenHash, tokenHash),
        isNull(refreshTokens.usedAt),
        gt(refreshTokens.expiresAt, sql`now()`),
      ),
    )
    .returning({ signInId: refreshTokens.signInId });
  return row;
}

/** The sign-in of a refresh token that was used before. */
export async function findSignInOfUsedToken(db: Queryable, tokenHash: string): Promise<string | undefined> {
  const [row] = await db
    .select({ signInId: refreshTokens.signInId, usedAt: refreshTokens.usedAt })
    .from(refreshTokens)
    .where(eq(refreshTokens.tokenHash, tokenHash));
  return row?.usedAt ? row.signInId : undefined;
}

/** The account behind a sign-in that is alive. */
export async function findAccountOfSignIn(db: Queryable, signInId: string): Promise<Account | undefined> {
  const [found] = await db
    .select(account)
    .from(signIns)
    .innerJoin(users, eq(users.id, signIns.userId))
    .where(and(eq(signIns.id, signInId), isNull(signIns.revokedAt), isNull(users.disabledAt)));
  return found;
}

/** Resolves to whose sign-in it was; to undefined when it had ended before. */
export async function revokeSignIn(db: Queryable, signInId: string): Promise<string | undefined> {
  const [row] = await db
    .update(signIns)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(signIns.id, signInId), isNull(signIns.revokedAt)))
    .returning({ userId: signIns.userId });
  return row?.userId;
}

/** What nobody can use any more. */
export async function deleteDeadRefreshTokens(db: Queryable): Promise<void> {
  await db.delete(refreshTokens).where(sql`${refreshTokens.expiresAt} < now() - interval '1 day'`);
}
