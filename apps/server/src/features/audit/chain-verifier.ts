import type { AuditSigner, Checkpoint, Signed, Tombstone } from "./audit-signer.ts";
import { type ChainHead, ErasedDigest, GENESIS, type HashedRow, hashRow } from "./hash-chain.ts";

export interface ChainFault {
  /** The first place that does not hold. */
  seq: number;
  problem:
    | "missing"
    | "changed"
    | "out_of_order"
    /** Neither a row nor a signed statement that retention removed it. */
    | "erased_without_proof"
    /** The row is another than the one that was signed. */
    | "not_as_signed"
    /** A checkpoint that this server's key did not sign. */
    | "badly_signed";
}

/** What is left of a row that retention removed. */
export interface ErasedRow {
  seq: number;
  hash: string;
  tombstone: Signed<Tombstone>;
}

/**
 * Checks a chain entry by entry, so that a long one never has to be in memory. Entries come by `seq`; the checkpoint of
 * a place, if it has one, right after its entry.
 */
export class ChainVerifier {
  readonly #chain: string;
  readonly #signer: Pick<AuditSigner, "isCheckpoint" | "isTombstone">;
  readonly #kept: Signed<Checkpoint> | undefined;
  /** Tombstones whose rows have begun but not ended. */
  readonly #erasures = new Map<string, { tombstone: Tombstone; rows: number; digest: ErasedDigest }>();
  #seq = 0;
  #hash = GENESIS;

  /** @param kept the newest checkpoint that is kept outside the database */
  constructor(
    chain: string,
    signer: Pick<AuditSigner, "isCheckpoint" | "isTombstone">,
    kept: Signed<Checkpoint> | undefined,
  ) {
    this.#chain = chain;
    this.#signer = signer;
    this.#kept = kept;
  }

  row({ hash, ...row }: HashedRow): ChainFault | undefined {
    const misplaced = this.#misplaced(row.seq);
    if (misplaced) return misplaced;
    if (row.prev_hash !== this.#hash || hash !== hashRow(row)) return { seq: row.seq, problem: "changed" };
    return this.#advance(row.seq, hash);
  }

  erased({ seq, hash, tombstone }: ErasedRow): ChainFault | undefined {
    const misplaced = this.#misplaced(seq);
    if (misplaced) return misplaced;
    const erasure = this.#erasures.get(tombstone.id) ?? { tombstone, rows: 0, digest: new ErasedDigest() };
    const isCovered =
      (erasure.rows > 0 || this.#signer.isTombstone(tombstone)) &&
      tombstone.chain === this.#chain &&
      tombstone.first_seq <= seq &&
      seq <= tombstone.last_seq;
    if (!isCovered) return { seq, problem: "erased_without_proof" };
    erasure.digest.add({ seq, hash });
    erasure.rows += 1;
    this.#erasures.set(tombstone.id, erasure);
    return this.#advance(seq, hash);
  }

  checkpoint(checkpoint: Signed<Checkpoint>): ChainFault | undefined {
    const { seq, hash, chain } = checkpoint;
    if (chain !== this.#chain || !this.#signer.isCheckpoint(checkpoint)) return { seq, problem: "badly_signed" };
    if (seq !== this.#seq) return { seq: this.#seq + 1, problem: "missing" };
    return hash === this.#hash ? undefined : { seq, problem: "not_as_signed" };
  }

  /** After the last entry: whether the tail is complete. */
  end(head: ChainHead | undefined): ChainFault | undefined {
    const unfinished = [...this.#erasures.values()].map(({ tombstone }) => tombstone.first_seq);
    if (unfinished.length > 0) return { seq: Math.min(...unfinished), problem: "erased_without_proof" };
    const isComplete = this.#seq === (head?.seq ?? 0) && this.#hash === (head?.hash ?? GENESIS);
    if (!isComplete || (this.#kept && this.#kept.seq > this.#seq)) return { seq: this.#seq + 1, problem: "missing" };
    return undefined;
  }

  #misplaced(seq: number): ChainFault | undefined {
    const expected = this.#seq + 1;
    if (seq === expected) return undefined;
    return { seq: expected, problem: seq > expected ? "missing" : "out_of_order" };
  }

  #advance(seq: number, hash: string): ChainFault | undefined {
    this.#seq = seq;
    this.#hash = hash;
    for (const [id, { tombstone, rows, digest }] of this.#erasures) {
      if (tombstone.last_seq > seq) continue;
      this.#erasures.delete(id);
      if (rows !== tombstone.rows || digest.toString() !== tombstone.digest)
        return { seq: tombstone.first_seq, problem: "erased_without_proof" };
    }
    return this.#kept?.seq === seq ? this.checkpoint(this.#kept) : undefined;
  }
}
