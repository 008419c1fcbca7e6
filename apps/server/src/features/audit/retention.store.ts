import { and, asc, eq, inArray, lt, lte, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Queryable } from "../../platform/db/database.ts";
import { auditErased, auditHeads, auditLogs, auditShipments, auditTombstones } from "../../platform/db/schema.ts";
import type { AuditAction } from "./audit-event.ts";
import { hashedRow } from "./audit-row.ts";
import type { Signed, Tombstone } from "./audit-signer.ts";
import type { HashedRow } from "./hash-chain.ts";

interface Old {
  actions: AuditAction[];
  before: Date;
}

const isOld = ({ actions, before }: Old) => and(inArray(auditLogs.action, actions), lt(auditLogs.createdAt, before));

export async function findChainsWithOld(db: Queryable, old: Old): Promise<string[]> {
  const rows = await db.selectDistinct({ chain: auditLogs.chain }).from(auditLogs).where(isOld(old));
  return rows.map(({ chain }) => chain);
}

/** Old rows of a chain but never its newest, each with the hash of the place before it. */
export async function findErasable(
  tx: Queryable,
  chain: string,
  { limit, onlyShipped, ...old }: Old & { limit: number; onlyShipped: boolean },
): Promise<{ row: HashedRow; previousHash: string | null }[]> {
  const previous = alias(auditLogs, "previous");
  const previousErased = alias(auditErased, "previous_erased");
  const rows = await tx
    .select({ row: auditLogs, previousHash: sql<string | null>`coalesce(${previous.hash}, ${previousErased.hash})` })
    .from(auditLogs)
    .innerJoin(auditHeads, eq(auditHeads.chain, auditLogs.chain))
    .leftJoin(auditShipments, eq(auditShipments.chain, auditLogs.chain))
    .leftJoin(previous, and(eq(previous.chain, auditLogs.chain), sql`${previous.seq} = ${auditLogs.seq} - 1`))
    .leftJoin(
      previousErased,
      and(eq(previousErased.chain, auditLogs.chain), sql`${previousErased.seq} = ${auditLogs.seq} - 1`),
    )
    .where(
      and(
        eq(auditLogs.chain, chain),
        isOld(old),
        lt(auditLogs.seq, auditHeads.seq),
        onlyShipped ? lte(auditLogs.seq, auditShipments.seq) : undefined,
      ),
    )
    .orderBy(asc(auditLogs.seq))
    .limit(limit);
  return rows.map(({ row, previousHash }) => ({ row: hashedRow(row), previousHash }));
}

/** Replaces rows by their hashes and the statement that they were removed. */
export async function replaceByTombstone(
  tx: Queryable,
  tombstone: Signed<Tombstone>,
  rows: readonly HashedRow[],
): Promise<void> {
  const { chain } = tombstone;
  await tx.insert(auditTombstones).values({
    id: tombstone.id,
    chain,
    class: tombstone.class,
    firstSeq: tombstone.first_seq,
    lastSeq: tombstone.last_seq,
    rows: tombstone.rows,
    digest: tombstone.digest,
    createdAt: new Date(tombstone.created_at),
    signature: tombstone.signature,
  });
  await tx.insert(auditErased).values(rows.map(({ seq, hash }) => ({ chain, seq, hash, tombstoneId: tombstone.id })));
  const seqs = rows.map(({ seq }) => seq);
  await tx.delete(auditLogs).where(and(eq(auditLogs.chain, chain), inArray(auditLogs.seq, seqs)));
}
