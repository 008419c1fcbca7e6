/** One-time tokens that open shells. */
import { PENDING_SHELL_TOKENS_PER_USER, SHELL_TOKEN_SECONDS } from "@sallyport/protocol";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { machines, shellTokens } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";
import type { SessionProgram } from "./session-program.ts";

export interface ShellTokenOwner {
  userId: string;
  machineId: string;
}

export async function insertShellTokens(
  db: Queryable,
  { orgId }: OrgScope,
  tokens: readonly (ShellTokenOwner & SessionProgram & { tokenHash: string })[],
): Promise<void> {
  if (tokens.length === 0) return;
  const expiresAt = sql`now() + make_interval(secs => ${SHELL_TOKEN_SECONDS}::double precision)`;
  await db.insert(shellTokens).values(tokens.map((token) => ({ ...token, orgId, expiresAt })));
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

export interface RedeemedToken extends ShellTokenOwner, SessionProgram {
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
      kind: shellTokens.kind,
      program: shellTokens.program,
      runId: shellTokens.runId,
      expired: sql<boolean>`${shellTokens.expiresAt} <= now()`,
    });
  return row;
}

/** The organisation whose chain records what happens on a machine; null when the machine is gone. */
export async function findOrgOfMachine(db: Queryable, machineId: string): Promise<string | null> {
  const [row] = await db.select({ orgId: machines.orgId }).from(machines).where(eq(machines.id, machineId));
  return row?.orgId ?? null;
}
