import { and, count, desc, eq, gt, inArray, isNull, lt, not, or, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { auditCheckpoints, auditErased, auditHeads, auditLogs, auditTombstones } from "../../platform/db/schema.ts";
import { actionsOfClass } from "./audit-class.ts";
import { hashedRow, signedCheckpoint, signedTombstone } from "./audit-row.ts";
import type { Checkpoint, Signed } from "./audit-signer.ts";
import type { ErasedRow } from "./chain-verifier.ts";
import type { ChainHead, HashedRow } from "./hash-chain.ts";

/** What is at one place of a chain. */
export interface ChainPlace {
  row: HashedRow | undefined;
  erased: ErasedRow | undefined;
  checkpoint: Signed<Checkpoint> | undefined;
}

/** Every chain of which there is anything. */
export async function listChains(db: Queryable): Promise<string[]> {
  const { rows } = await db.execute<{ chain: string }>(
    sql`SELECT chain FROM ${auditHeads} UNION SELECT DISTINCT chain FROM ${auditLogs}
        UNION SELECT DISTINCT chain FROM ${auditCheckpoints} ORDER BY chain`,
  );
  return rows.map(({ chain }) => chain);
}

export async function findHead(db: Queryable, chain: string): Promise<ChainHead | undefined> {
  const [head] = await db
    .select({ seq: auditHeads.seq, hash: auditHeads.hash })
    .from(auditHeads)
    .where(eq(auditHeads.chain, chain));
  return head;
}

/** How long each of these chains is by now; one that has not begun is left out. */
export async function readChainLengths(db: Queryable, chains: readonly string[]): Promise<Map<string, number>> {
  const heads = await db
    .select({ chain: auditHeads.chain, seq: auditHeads.seq })
    .from(auditHeads)
    .where(inArray(auditHeads.chain, [...chains]));
  return new Map(heads.map(({ chain, seq }) => [chain, seq]));
}

/** Whether nothing but refusals is in a chain after this place. */
export async function hasOnlyRefusals(db: Queryable, chain: string, after: number): Promise<boolean> {
  const isRefusal = inArray(auditLogs.action, actionsOfClass("denied"));
  const [other] = await db
    .select({ seq: auditLogs.seq })
    .from(auditLogs)
    .where(and(eq(auditLogs.chain, chain), gt(auditLogs.seq, after), not(isRefusal)))
    .limit(1);
  return other === undefined;
}

/** The places `first` to `last`, whether or not something is there; in one statement, because retention moves rows. */
export async function readPlaces(db: Queryable, chain: string, first: number, last: number): Promise<ChainPlace[]> {
  const places = await db
    .select({ row: auditLogs, erased: auditErased, tombstone: auditTombstones, checkpoint: auditCheckpoints })
    .from(sql`generate_series(${first}::bigint, ${last}::bigint) AS place (seq)`)
    .leftJoin(auditLogs, and(eq(auditLogs.chain, chain), sql`${auditLogs.seq} = place.seq`))
    .leftJoin(auditErased, and(eq(auditErased.chain, chain), sql`${auditErased.seq} = place.seq`))
    .leftJoin(auditTombstones, eq(auditTombstones.id, auditErased.tombstoneId))
    .leftJoin(auditCheckpoints, and(eq(auditCheckpoints.chain, chain), sql`${auditCheckpoints.seq} = place.seq`))
    .orderBy(sql`place.seq`);
  return places.map(({ row, erased, tombstone, checkpoint }) => ({
    row: row ? hashedRow(row) : undefined,
    erased: erased && tombstone ? { ...erased, tombstone: signedTombstone(tombstone) } : undefined,
    checkpoint: checkpoint ? signedCheckpoint(checkpoint) : undefined,
  }));
}

/**
 * The first row or checkpoint outside the chain, as its head is now: only a forger leaves that. Asked in one statement,
 * so that a writer is seen whole.
 */
export async function findOutside(
  db: Queryable,
  chain: string,
): Promise<{ seq: number; kind: "row" | "checkpoint" } | undefined> {
  const { rows } = await db.execute<{ seq: string; kind: "row" | "checkpoint" }>(
    sql`WITH head AS (SELECT coalesce(max(seq), 0) AS seq FROM ${auditHeads} WHERE chain = ${chain})
        SELECT l.seq, 'row' AS kind FROM ${auditLogs} AS l, head
        WHERE l.chain = ${chain} AND (l.seq < 1 OR l.seq > head.seq)
        UNION ALL
        SELECT c.seq, 'checkpoint' AS kind FROM ${auditCheckpoints} AS c, head
        WHERE c.chain = ${chain} AND (c.seq < 1 OR c.seq > head.seq)
        ORDER BY seq LIMIT 1`,
  );
  return rows[0] && { seq: Number(rows[0].seq), kind: rows[0].kind };
}

export async function countTombstones(db: Queryable, chain: string): Promise<number> {
  const [row] = await db.select({ n: count() }).from(auditTombstones).where(eq(auditTombstones.chain, chain));
  return row?.n ?? 0;
}

/** Hashes at places of a chain, of rows and of erased ones. */
export async function findHashes(db: Queryable, chain: string, seqs: readonly number[]): Promise<Map<number, string>> {
  const rows = await db
    .select({ seq: auditLogs.seq, hash: auditLogs.hash })
    .from(auditLogs)
    .where(and(eq(auditLogs.chain, chain), inArray(auditLogs.seq, [...seqs])))
    .unionAll(
      db
        .select({ seq: auditErased.seq, hash: auditErased.hash })
        .from(auditErased)
        .where(and(eq(auditErased.chain, chain), inArray(auditErased.seq, [...seqs]))),
    );
  return new Map(rows.map(({ seq, hash }) => [seq, hash]));
}

const newestCheckpoint = (db: Queryable) =>
  db
    .select()
    .from(auditCheckpoints)
    .where(eq(auditCheckpoints.chain, auditHeads.chain))
    .orderBy(desc(auditCheckpoints.seq))
    .limit(1)
    .as("newest");

/** Heads that grew by `rows` since they were signed, or at all and were signed before `signedBefore` or never. */
export async function findUnsignedHeads(
  db: Queryable,
  { rows, signedBefore }: { rows: number; signedBefore: Date },
): Promise<(ChainHead & { chain: string })[]> {
  const newest = newestCheckpoint(db);
  return db
    .select({ chain: auditHeads.chain, seq: auditHeads.seq, hash: auditHeads.hash })
    .from(auditHeads)
    .leftJoinLateral(newest, sql`TRUE`)
    .where(
      or(
        isNull(newest.seq),
        and(
          gt(auditHeads.seq, newest.seq),
          or(sql`${auditHeads.seq} - ${newest.seq} >= ${rows}`, lt(newest.createdAt, signedBefore)),
        ),
      ),
    );
}

/** The newest checkpoint of every chain that has one. */
export async function findNewestCheckpoints(db: Queryable): Promise<Signed<Checkpoint>[]> {
  const newest = newestCheckpoint(db);
  const rows = await db
    .select({
      chain: newest.chain,
      seq: newest.seq,
      hash: newest.hash,
      createdAt: newest.createdAt,
      signature: newest.signature,
    })
    .from(auditHeads)
    .innerJoinLateral(newest, sql`TRUE`);
  return rows.map(signedCheckpoint);
}

export async function insertCheckpoint(db: Queryable, checkpoint: Signed<Checkpoint>): Promise<void> {
  const { created_at, ...rest } = checkpoint;
  await db
    .insert(auditCheckpoints)
    .values({ ...rest, createdAt: new Date(created_at) })
    .onConflictDoNothing();
}
