import type { RunAlone } from "../../platform/db/advisory-locks.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { Rounds } from "../../platform/rounds.ts";
import type { AuditSigner, Checkpoint, Signed } from "./audit-signer.ts";
import { findHashes, findNewestCheckpoints, findUnsignedHeads, insertCheckpoint } from "./chains.store.ts";
import type { KeptHeads } from "./kept-heads.ts";

const EVERY_MS = 2_000;
/** A head is signed when its chain has grown by so many rows, or has changed and was signed so long ago. */
const MAX_UNSIGNED_ROWS = 100;
const MAX_UNSIGNED_MS = 60_000;

export interface CheckpointKeeperOptions {
  db: Database;
  alone: RunAlone;
  logger: Logger;
  signer: AuditSigner;
  kept: KeptHeads;
}

/** Signs the heads of chains, on one node at a time; every node keeps the newest in its own DATA_DIR. */
export class CheckpointKeeper {
  readonly #options: CheckpointKeeperOptions;
  /** Chains that were found to contradict what was signed, so that each is told of once. */
  readonly #contradicted = new Set<string>();
  #rounds: Rounds | undefined;

  constructor(options: CheckpointKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    const { logger } = this.#options;
    this.#rounds = new Rounds(EVERY_MS, () => this.keep(), { logger, what: "signing the audit log" });
  }

  /** Leaves nothing unsigned. */
  async stop(): Promise<void> {
    await this.#rounds?.stop();
    await this.keep({ rows: 1 });
  }

  async keep({ rows = MAX_UNSIGNED_ROWS } = {}): Promise<void> {
    const { db, alone, signer } = this.#options;
    await alone("auditCheckpoints", async () => {
      const now = new Date();
      const signedBefore = new Date(now.getTime() - MAX_UNSIGNED_MS);
      for (const { chain, seq, hash } of await findUnsignedHeads(db, { rows, signedBefore })) {
        await insertCheckpoint(db, signer.checkpoint({ chain, seq, hash, created_at: now.toISOString() }));
      }
    });
    await this.#keepNewest();
  }

  async #keepNewest(): Promise<void> {
    const { db, kept } = this.#options;
    const heads = await kept.read();
    let changed = false;
    for (const checkpoint of await findNewestCheckpoints(db)) {
      const before = heads.get(checkpoint.chain);
      if (before && before.seq >= checkpoint.seq) continue;
      if (!(await this.#follows(checkpoint, before))) continue;
      heads.set(checkpoint.chain, checkpoint);
      changed = true;
    }
    if (changed) await kept.write(heads);
  }

  /** A checkpoint that contradicts the kept one does not replace it: it would be all that is left to tell by. */
  async #follows(checkpoint: Signed<Checkpoint>, before: Signed<Checkpoint> | undefined): Promise<boolean> {
    const { db, logger, signer } = this.#options;
    const { chain } = checkpoint;
    const holds =
      signer.isCheckpoint(checkpoint) &&
      (!before || (await findHashes(db, chain, [before.seq])).get(before.seq) === before.hash);
    if (!holds && !this.#contradicted.has(chain)) {
      this.#contradicted.add(chain);
      logger.error({ chain, seq: before?.seq }, "the audit log is not what was signed; run sallyport audit verify");
    }
    return holds;
  }
}
