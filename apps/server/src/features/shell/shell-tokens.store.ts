/** One-time tokens that open shells. */
import { PENDING_SHELL_TOKENS_PER_USER, SHELL_TOKEN_SECONDS } from "@sallyport/protocol";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { machines, shellTokens } from "../../platform/db/schema.ts";
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
  const excess = sql`SELECT ${shellTokens.tokenHash} FROM ${shellTokens}
    WHERE ${shellTokens.userId} = ${userId} AND ${shellTokens.usedAt} IS NULL
    ORDER BY ${shellTokens.createdAt} DESC OFFSET ${PENDING_SHELL_TOKENS_PER_USER}`;
  await db
    .delete(shellTokens)
    .where(sql`${shellTokens.expiresAt} < now() - interval '1 hour' OR ${shellTokens.tokenHash} IN (${excess})`);
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

/** The organisation whose chain records what happens on a machine; null when the machine is gone. */
export async function findOrgOfMachine(db: Queryable, machineId: string): Promise<string | null> {
  const [row] = await db.select({ orgId: machines.orgId }).from(machines).where(eq(machines.id, machineId));
  return row?.orgId ?? null;
}
