import { PENDING_SHELL_TOKENS_PER_USER, SHELL_TOKEN_SECONDS } from "@sallyport/protocol";
import { and, count, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { machines, sessions, shellTokens } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";

export interface ShellTokenOwner {
  userId: string;
  machineId: string;
}

export async function insertShellToken(
  db: Queryable,
  { orgId }: OrgScope,
  { tokenHash, ...owner }: ShellTokenOwner & { tokenHash: string },
): Promise<void> {
  await db.insert(shellTokens).values({
    ...owner,
    orgId,
    tokenHash,
    expiresAt: sql`now() + make_interval(secs => ${SHELL_TOKEN_SECONDS}::double precision)`,
  });
}

/** Forgets tokens that are over, and the user's oldest ones beyond the number that may wait. */
export async function pruneShellTokens(db: Queryable, userId: string): Promise<void> {
  await db.delete(shellTokens).where(sql`${shellTokens.expiresAt} < now() - interval '1 hour'`);
  const excess = await db
    .select({ tokenHash: shellTokens.tokenHash })
    .from(shellTokens)
    .where(and(eq(shellTokens.userId, userId), isNull(shellTokens.usedAt)))
    .orderBy(desc(shellTokens.createdAt))
    .offset(PENDING_SHELL_TOKENS_PER_USER);
  if (excess.length === 0) return;
  await db.delete(shellTokens).where(
    inArray(
      shellTokens.tokenHash,
      excess.map(({ tokenHash }) => tokenHash),
    ),
  );
}

export interface RedeemedToken extends ShellTokenOwner {
  orgId: string;
  expired: boolean;
}

/** Uses a token up, whoever shows it: of many at once exactly one gets it, and one that was stolen is spent. */
export async function consumeShellToken(db: Queryable, tokenHash: string): Promise<RedeemedToken | undefined> {
  const [row] = await db
    .update(shellTokens)
    .set({ usedAt: sql`now()` })
    .where(and(eq(shellTokens.tokenHash, tokenHash), isNull(shellTokens.usedAt)))
    .returning({
      orgId: shellTokens.orgId,
      userId: shellTokens.userId,
      machineId: shellTokens.machineId,
      expired: sql<boolean>`${shellTokens.expiresAt} <= now()`,
    });
  return row;
}

/** Live sessions of a user and of a machine, counted together. */
export async function countActiveSessions(
  db: Queryable,
  { userId, machineId }: ShellTokenOwner,
): Promise<{ ofUser: number; ofMachine: number }> {
  const active = eq(sessions.status, "active");
  const [ofUser] = await db
    .select({ n: count() })
    .from(sessions)
    .where(and(active, eq(sessions.userId, userId)));
  const [ofMachine] = await db
    .select({ n: count() })
    .from(sessions)
    .where(and(active, eq(sessions.machineId, machineId)));
  return { ofUser: ofUser?.n ?? 0, ofMachine: ofMachine?.n ?? 0 };
}

/** The new session's first attachment has epoch 1; later ones raise it before they are sent. */
export async function insertSession(
  db: Queryable,
  { orgId }: OrgScope,
  values: ShellTokenOwner & { id: string; nodeId: string; ipAddress: string },
): Promise<void> {
  await db.insert(sessions).values({ ...values, orgId, kind: "shell", attachEpoch: 1 });
}

/** Ends a session once; resolves to whether this call did. */
export async function endSession(
  db: Queryable,
  sessionId: string,
  { cause, exitCode }: { cause: string; exitCode: number | null },
): Promise<boolean> {
  const rows = await db
    .update(sessions)
    .set({ status: "ended", endedAt: sql`now()`, cause, exitCode })
    .where(and(eq(sessions.id, sessionId), eq(sessions.status, "active")))
    .returning({ id: sessions.id });
  return rows.length === 1;
}

/** Sessions that this node had when it died: nothing relays them any more. */
export async function endSessionsOfNode(db: Queryable, nodeId: string, cause: string) {
  return db
    .update(sessions)
    .set({ status: "ended", endedAt: sql`now()`, cause })
    .where(and(eq(sessions.nodeId, nodeId), eq(sessions.status, "active")))
    .returning();
}

/** The organisation whose chain records what happens on a machine; null when the machine is gone. */
export async function findOrgOfMachine(db: Queryable, machineId: string): Promise<string | null> {
  const [row] = await db.select({ orgId: machines.orgId }).from(machines).where(eq(machines.id, machineId));
  return row?.orgId ?? null;
}
