import { and, asc, eq, gt } from "drizzle-orm";
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
      .where(and(eq(auditLogs.chain, chain), gt(auditLogs.seq, after)))
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
    if (!last || page.length < PAGE) return { chain, rows, fault: verifier.end(head) };
    after = last.seq;
  }
}
