import type { Database } from "../../platform/db/database.ts";
import type { AuditSigner, Checkpoint, Signed } from "./audit-signer.ts";
import { type ChainFault, ChainVerifier } from "./chain-verifier.ts";
import { countTombstones, findHashes, findHead, findOutside, listChains, readPlaces } from "./chains.store.ts";
import type { KeptHeads } from "./kept-heads.ts";

export interface ChainReport {
  /** An organisation's id, or `system`. */
  chain: string;
  rows: number;
  /** Places whose row retention removed. */
  erased: number;
  checkpoints: number;
  fault: ChainFault | undefined;
}

/** One row as somebody else has it: a copy in Loki, or an export. */
export interface Witness {
  chain: string;
  seq: number;
  hash: string;
}

/** Places read at a time: a chain of millions must not be in memory at once. */
const PAGE = 1_000;
/** Retention that runs at the same time makes a whole chain look broken; then it is looked at again. */
const MAX_ATTEMPTS = 5;

export interface ChainAuditorOptions {
  db: Database;
  signer: AuditSigner;
  kept: KeptHeads;
}

/** Checks chains from their first row to their head. */
export class ChainAuditor {
  readonly #options: ChainAuditorOptions;
  /** It costs as much as the chain is long, so of several who ask at once all get one answer. */
  readonly #underWay = new Map<string, Promise<ChainReport>>();

  constructor(options: ChainAuditorOptions) {
    this.#options = options;
  }

  async verifyAll(): Promise<ChainReport[]> {
    const { db, kept } = this.#options;
    const chains = new Set([...(await listChains(db)), ...(await kept.read()).keys()]);
    const reports: ChainReport[] = [];
    for (const chain of [...chains].sort()) reports.push(await this.verify(chain));
    return reports;
  }

  verify(chain: string): Promise<ChainReport> {
    const underWay = this.#underWay.get(chain) ?? this.#verify(chain).finally(() => this.#underWay.delete(chain));
    this.#underWay.set(chain, underWay);
    return underWay;
  }

  /** Those rows that somebody else has and that are missing or different here. */
  async contradicted(witnesses: readonly Witness[]): Promise<(Witness & { problem: ChainFault["problem"] })[]> {
    const faults: (Witness & { problem: ChainFault["problem"] })[] = [];
    for (const chain of new Set(witnesses.map((witness) => witness.chain))) {
      const ofChain = witnesses.filter((witness) => witness.chain === chain);
      const seqs = ofChain.map(({ seq }) => seq);
      const hashes = await findHashes(this.#options.db, chain, seqs);
      for (const witness of ofChain) {
        const hash = hashes.get(witness.seq);
        if (hash !== witness.hash) faults.push({ ...witness, problem: hash === undefined ? "missing" : "changed" });
      }
    }
    return faults;
  }

  async #verify(chain: string): Promise<ChainReport> {
    const { db, kept } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const tombstones = await countTombstones(db, chain);
      const report = await this.#walk(chain, (await kept.read()).get(chain));
      const isQuiet = tombstones === (await countTombstones(db, chain));
      if (!report.fault || isQuiet || attempt === MAX_ATTEMPTS) return report;
    }
  }

  async #walk(chain: string, kept: Signed<Checkpoint> | undefined): Promise<ChainReport> {
    const { db, signer } = this.#options;
    const verifier = new ChainVerifier(chain, signer, kept);
    const report: ChainReport = { chain, rows: 0, erased: 0, checkpoints: 0, fault: undefined };
    // Rows that are written while we read are after the head that we know.
    const head = await findHead(db, chain);
    for (let first = 1; first <= (head?.seq ?? 0); first += PAGE) {
      const places = await readPlaces(db, chain, first, Math.min(first + PAGE - 1, head?.seq ?? 0));
      for (const [index, { row, erased, checkpoint }] of places.entries()) {
        if (row) report.rows += 1;
        else if (erased) report.erased += 1;
        if (checkpoint) report.checkpoints += 1;
        const missing = { seq: first + index, problem: "missing" } as const;
        report.fault =
          (row ? verifier.row(row) : erased ? verifier.erased(erased) : missing) ??
          (checkpoint && verifier.checkpoint(checkpoint));
        if (report.fault) return report;
      }
    }
    report.fault = verifier.end(head) ?? (await this.#outside(chain, head?.seq ?? 0));
    return report;
  }

  async #outside(chain: string, headSeq: number): Promise<ChainFault | undefined> {
    const outside = await findOutside(this.#options.db, chain);
    if (outside?.kind === "checkpoint") return { seq: headSeq + 1, problem: "missing" };
    return outside && { seq: outside.seq, problem: "out_of_order" };
  }
}
