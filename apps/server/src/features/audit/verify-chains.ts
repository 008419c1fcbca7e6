import { and, asc, eq, gt, lte, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { auditHeads, auditLogs } from "../../platform/db/schema.ts";
import { type ChainFault, ChainVerifier } from "./hash-chain.ts";

export interface ChainReport {
  /** An organisation's id, or `system`. */
  chain: string;
  rows: number;
  /** The first row that does not hold, if any. */
  fault: ChainFault | undefined;
}

/** Rows read at a time: a chain of millions must not be in memory at once. */
const PAGE = 1_000;

/** Checks every chain from its first row to its head. */
export async function verifyChains(db: Queryable): Promise<ChainReport[]> {
  const heads = await db.select().from(auditHeads).orderBy(asc(auditHeads.chain));
  const orphans = await db.selectDistinct({ chain: auditLogs.chain }).from(auditLogs);
  const chains = new Set([...heads.map(({ chain }) => chain), ...orphans.map(({ chain }) => chain)]);
  const reports: ChainReport[] = [];
  for (const chain of [...chains].sort()) {
    reports.push(
      await verifyChain(
        db,
        chain,
        heads.find((head) => head.chain === chain),
      ),
    );
  }
  return reports;
}

async function verifyChain(
  db: Queryable,
  chain: string,
  head: { seq: number; hash: string } | undefined,
): Promise<ChainReport> {
  const verifier = new ChainVerifier();
  let rows = 0;
  // seq is unique within a chain but a forger may write what he likes, so the page key is what was read last.
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = await db
      .select()
      .from(auditLogs)
      // Rows that are written while we read are after the head that we know.
      .where(and(eq(auditLogs.chain, chain), gt(auditLogs.seq, after), lte(auditLogs.seq, head?.seq ?? 0)))
      .orderBy(asc(auditLogs.seq))
      .limit(PAGE);
    for (const row of page) {
      rows += 1;
      const fault = verifier.next({
        id: row.id,
        chain: row.chain,
        seq: row.seq,
        org_id: row.orgId,
        action: row.action,
        resource_type: row.resourceType,
        resource_id: row.resourceId,
        actor_id: row.actorId,
        metadata: row.metadata,
        ip_address: row.ipAddress,
        created_at: row.createdAt.toISOString(),
        prev_hash: row.prevHash,
        hash: row.hash,
      });
      if (fault) return { chain, rows, fault };
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE)
      return { chain, rows, fault: verifier.end(head) ?? (await findBeyondHead(db, chain)) };
    after = last.seq;
  }
}

/** A row behind the chain's head as it is now: only a forger writes one. Asked in one statement, so that a writer is seen whole. */
async function findBeyondHead(db: Queryable, chain: string): Promise<ChainFault | undefined> {
  const [row] = await db
    .select({ seq: auditLogs.seq })
    .from(auditLogs)
    .leftJoin(auditHeads, eq(auditHeads.chain, auditLogs.chain))
    .where(and(eq(auditLogs.chain, chain), sql`${auditLogs.seq} > coalesce(${auditHeads.seq}, 0)`))
    .limit(1);
  return row && { seq: row.seq, problem: "out_of_order" };
}
