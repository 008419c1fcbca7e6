import { and, asc, between, eq, gt, lte, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { auditCheckpoints, auditErased, auditHeads, auditLogs, auditShipments } from "../../platform/db/schema.ts";
import { hashedRow, signedCheckpoint } from "./audit-row.ts";
import type { Checkpoint, Signed } from "./audit-signer.ts";
import type { HashedRow } from "./hash-chain.ts";

export interface Backlog {
  chain: string;
  /** Last place of the chain; 0 when it is gone. */
  head: number;
  /** Last place that was shipped. */
  shipped: number;
}

/** Chains whose end is not what was shipped last; the one that has waited longest first, so that a busy one starves none. */
export async function findBacklogs(db: Queryable): Promise<Backlog[]> {
  const { rows } = await db.execute<{ chain: string; head: string; shipped: string }>(
    sql`SELECT chain, coalesce(h.seq, 0) AS head, coalesce(s.seq, 0) AS shipped
        FROM ${auditHeads} AS h FULL JOIN ${auditShipments} AS s USING (chain)
        WHERE coalesce(h.seq, 0) <> coalesce(s.seq, 0) ORDER BY s.shipped_at NULLS FIRST, chain`,
  );
  return rows.map(({ chain, head, shipped }) => ({ chain, head: Number(head), shipped: Number(shipped) }));
}

/** Rows from `first` to `last`, and which of the places retention has emptied. */
export async function readForShipping(
  db: Queryable,
  chain: string,
  first: number,
  last: number,
): Promise<{ rows: HashedRow[]; erased: number[] }> {
  // Erased ones are read after the rows: a row that is erased in between is in both, never in none.
  const rows = await db
    .select()
    .from(auditLogs)
    .where(and(eq(auditLogs.chain, chain), between(auditLogs.seq, first, last)))
    .orderBy(asc(auditLogs.seq));
  const erased = await db
    .select({ seq: auditErased.seq })
    .from(auditErased)
    .where(and(eq(auditErased.chain, chain), between(auditErased.seq, first, last)));
  return { rows: rows.map(hashedRow), erased: erased.map(({ seq }) => seq) };
}

/** The first place from `first` to `last` at which there is something, if there is. */
export async function findNextPlace(
  db: Queryable,
  chain: string,
  first: number,
  last: number,
): Promise<number | undefined> {
  const { rows } = await db.execute<{ seq: string | null }>(
    sql`SELECT least(
          (SELECT min(seq) FROM ${auditLogs} WHERE chain = ${chain} AND seq BETWEEN ${first} AND ${last}),
          (SELECT min(seq) FROM ${auditErased} WHERE chain = ${chain} AND seq BETWEEN ${first} AND ${last})
        ) AS seq`,
  );
  const seq = rows[0]?.seq ?? null;
  return seq === null ? undefined : Number(seq);
}

/** Checkpoints of rows that were shipped, themselves not yet: of each chain in their order. */
export async function findUnshippedCheckpoints(db: Queryable, limit: number): Promise<Signed<Checkpoint>[]> {
  const next = db
    .select()
    .from(auditCheckpoints)
    .where(
      and(
        eq(auditCheckpoints.chain, auditShipments.chain),
        gt(auditCheckpoints.seq, auditShipments.checkpointSeq),
        lte(auditCheckpoints.seq, auditShipments.seq),
      ),
    )
    .orderBy(asc(auditCheckpoints.seq))
    .limit(limit)
    .as("next");
  const rows = await db
    .select({
      chain: next.chain,
      seq: next.seq,
      hash: next.hash,
      createdAt: next.createdAt,
      signature: next.signature,
    })
    .from(auditShipments)
    .innerJoinLateral(next, sql`TRUE`)
    .orderBy(asc(next.chain), asc(next.seq))
    .limit(limit);
  return rows.map(signedCheckpoint);
}

export interface Progress {
  seq?: number;
  checkpointSeq?: number;
}

export async function saveProgress(db: Queryable, progress: ReadonlyMap<string, Progress>): Promise<void> {
  for (const [chain, { seq, checkpointSeq }] of progress) {
    const moved = { ...(seq !== undefined && { seq }), ...(checkpointSeq !== undefined && { checkpointSeq }) };
    await db
      .insert(auditShipments)
      .values({ chain, seq: 0, ...moved, shippedAt: sql`now()` })
      .onConflictDoUpdate({ target: auditShipments.chain, set: { ...moved, shippedAt: sql`now()` } });
  }
}
