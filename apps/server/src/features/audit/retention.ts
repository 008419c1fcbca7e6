import { randomUUID } from "node:crypto";
import { AUDIT_CLASSES, type AuditClass } from "@sallyport/protocol";
import type { RunAlone } from "../../platform/db/advisory-locks.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { actionsOfClass } from "./audit-class.ts";
import type { AuditSigner } from "./audit-signer.ts";
import { ErasedDigest, GENESIS, type HashedRow, hashRow, orgOfChain } from "./hash-chain.ts";
import { recordEvent } from "./record-event.ts";
import { findChainsWithOld, findErasable, replaceByTombstone } from "./retention.store.ts";

/** Rows of one transaction: writers of the chain wait for it. */
const BATCH_ROWS = 500;
const DAY_MS = 86_400_000;

export interface RetentionOptions {
  db: Database;
  alone: RunAlone;
  logger: Logger;
  signer: AuditSigner;
  /** Days that rows of a class are kept; those of other classes for ever. */
  days: Partial<Record<AuditClass, number>>;
  /** Whether rows go to Loki: one that has not gone yet is not erased. */
  isShipped: boolean;
}

/** Erases what is older than it has to be kept, so that the chain still proves what is left. */
export class Retention {
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** @returns how many rows were erased */
  async erase(signal: AbortSignal, now = new Date()): Promise<number> {
    const { alone, days } = this.#options;
    let erased = 0;
    await alone("auditRetention", async () => {
      for (const auditClass of AUDIT_CLASSES) {
        const kept = days[auditClass];
        if (kept !== undefined) {
          erased += await this.#eraseClass(auditClass, new Date(now.getTime() - kept * DAY_MS), signal);
        }
      }
    });
    return erased;
  }

  async #eraseClass(auditClass: AuditClass, before: Date, signal: AbortSignal): Promise<number> {
    const { db, logger } = this.#options;
    let erased = 0;
    for (const chain of await findChainsWithOld(db, { actions: actionsOfClass(auditClass), before })) {
      try {
        for (let rows = BATCH_ROWS; rows === BATCH_ROWS && !signal.aborted; erased += rows) {
          rows = await this.#eraseBatch(chain, auditClass, before);
        }
      } catch (error) {
        // The other chains do not have to grow because of this one.
        logger.error({ err: error, chain, class: auditClass }, "old audit rows could not be erased");
      }
    }
    return erased;
  }

  async #eraseBatch(chain: string, auditClass: AuditClass, before: Date): Promise<number> {
    const { db, signer, isShipped } = this.#options;
    const old = { actions: actionsOfClass(auditClass), before, limit: BATCH_ROWS, onlyShipped: isShipped };
    return db.transaction(async (tx) => {
      const found = await findErasable(tx, chain, old);
      const [first, last] = [found[0]?.row, found.at(-1)?.row];
      if (!first || !last) return 0;
      const digest = new ErasedDigest();
      for (const { row, previousHash } of found) {
        requireIntact(row, previousHash);
        digest.add(row);
      }
      const tombstone = signer.tombstone({
        id: randomUUID(),
        chain,
        class: auditClass,
        first_seq: first.seq,
        last_seq: last.seq,
        rows: found.length,
        digest: digest.toString(),
        created_at: new Date().toISOString(),
      });
      await replaceByTombstone(
        tx,
        tombstone,
        found.map(({ row }) => row),
      );
      const { id, signature: _, ...facts } = tombstone;
      await recordEvent(tx, {
        action: "audit.erased",
        orgId: orgOfChain(chain),
        resourceType: "audit_log",
        resourceId: id,
        actorId: null,
        metadata: { ...facts, older_than: before.toISOString() },
        ipAddress: null,
      });
      return found.length;
    });
  }
}

/** What somebody forged must not be signed away. */
function requireIntact({ hash, ...row }: HashedRow, previousHash: string | null): void {
  const isIntact = row.prev_hash === (row.seq === 1 ? GENESIS : previousHash) && hash === hashRow(row);
  if (!isIntact) throw new Error(`the audit chain ${row.chain} does not hold at row ${row.seq}: it is not erased`);
}
