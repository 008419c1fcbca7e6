/** One-time tokens that open shells. */
import { PENDING_SHELL_TOKENS_PER_USER, SHELL_TOKEN_SECONDS } from "@sallyport/protocol";
import { and, inArray, isNull, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
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

export interface ShellToken extends ShellTokenOwner, SessionProgram {
  orgId: string;
  expired: boolean;
}

/** Those of these tokens that are not used, by hash, held until the transaction ends: nobody else can use them meanwhile. */
export async function lockShellTokens(tx: Queryable, hashes: readonly string[]): Promise<Map<string, ShellToken>> {
  const rows = await tx
    .select({
      tokenHash: shellTokens.tokenHash,
      orgId: shellTokens.orgId,
      userId: shellTokens.userId,
      machineId: shellTokens.machineId,
      kind: shellTokens.kind,
      program: shellTokens.program,
      runId: shellTokens.runId,
      expired: sql<boolean>`${shellTokens.expiresAt} <= now()`,
    })
    .from(shellTokens)
    .where(and(inArray(shellTokens.tokenHash, [...hashes]), isNull(shellTokens.usedAt)))
    // In one order, whoever asks: two that want the same ones must not wait for each other.
    .orderBy(shellTokens.tokenHash)
    .for("update");
  return new Map(rows.map(({ tokenHash, ...token }) => [tokenHash, token]));
}

export async function spendShellTokens(tx: Queryable, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return;
  await tx
    .update(shellTokens)
    .set({ usedAt: sql`now()` })
    .where(inArray(shellTokens.tokenHash, [...hashes]));
}

/** The organisations whose chains record what happens on machines, by machine; nothing of machines that are gone. */
export async function findOrgsOfMachines(db: Queryable, machineIds: readonly string[]): Promise<Map<string, string>> {
  const ids = [...new Set(machineIds)].filter(isUuid);
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: machines.id, orgId: machines.orgId })
    .from(machines)
    .where(inArray(machines.id, ids));
  return new Map(rows.map(({ id, orgId }) => [id, orgId]));
}
