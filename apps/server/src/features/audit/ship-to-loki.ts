import { setTimeout as sleep } from "node:timers/promises";
import type { RunAlone } from "../../platform/db/advisory-locks.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Metrics } from "../../platform/metrics.ts";
import { orgOfChain } from "./hash-chain.ts";
import { findGaps, type LineTimes, LokiBatch } from "./loki-batch.ts";
import { type LokiClient, LokiError } from "./loki-client.ts";
import {
  type Backlog,
  findBacklogs,
  findNextPlace,
  findUnshippedCheckpoints,
  type Progress,
  readForShipping,
  saveProgress,
} from "./shipping.store.ts";

const POLL_MS = 1_000;
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 60_000;
/** Places of a chain that are read at a time. */
const PAGE = 500;
const CHECKPOINTS = 200;

export interface LokiShipperOptions {
  db: Database;
  alone: RunAlone;
  logger: Logger;
  metrics: Metrics;
  client: Pick<LokiClient, "push">;
  /** How long to wait after so many failures in a row, in ms. */
  backOffMs?(failures: number): number;
}

/** Places at which neither a row is nor retention says that there was one. */
interface Gap {
  chain: string;
  from: number;
  to: number;
}

/**
 * Ships the audit log to Loki, on one node at a time. The log itself is the outbox: `seq` is gapless, so how far each
 * chain has come is all that has to be remembered. That is written after Loki has taken a batch; a crash in between ships
 * it again, with the same ids. Nothing is ever skipped: what Loki refuses is tried again until it takes it.
 */
export class LokiShipper {
  readonly #options: LokiShipperOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #times: LineTimes = new Map();
  #failures = 0;
  /** Loki found the times of the last batch wrong. */
  #presentTime = false;

  constructor(options: LokiShipperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run(this.#stopping.signal);
  }

  /** What is under way is given up, and shipped after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#round(signal);
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Ships what there is; returns how long to wait before the next look. */
  async #round(signal: AbortSignal): Promise<number> {
    const { alone, logger, metrics, backOffMs = jittered } = this.#options;
    try {
      await alone("auditShipping", async () => {
        while (!signal.aborted && (await this.#shipBatch(signal)));
      });
      return POLL_MS;
    } catch (error) {
      if (signal.aborted) return 0;
      if (!(error instanceof LokiError)) {
        logger.warn({ err: error }, "the audit log could not be read for shipping");
        return POLL_MS;
      }
      this.#failures += 1;
      metrics.auditShipFailures.inc();
      // The lines that it does take of a batch, it has taken; those come twice, with the same id.
      this.#presentTime = error.status === 400;
      const waitMs = error.retryAfterMs ?? backOffMs(this.#failures);
      logger.warn({ reason: error.message, failures: this.#failures, wait_ms: waitMs }, "Loki did not take audit rows");
      return waitMs;
    }
  }

  /** @returns whether there may be more */
  async #shipBatch(signal: AbortSignal): Promise<boolean> {
    const { db, client, logger, metrics } = this.#options;
    const backlogs = await findBacklogs(db);
    metrics.auditBacklog.set(backlogs.reduce((rows, { head, shipped }) => rows + Math.max(0, head - shipped), 0));
    const batch = new LokiBatch({ nowMs: Date.now(), times: this.#times, presentTime: this.#presentTime });
    const progress = new Map<string, Progress>();
    const gaps: Gap[] = [];
    for (const checkpoint of await findUnshippedCheckpoints(db, CHECKPOINTS)) {
      const { chain, seq, created_at } = checkpoint;
      batch.add(
        chain,
        { action: "audit.checkpoint", org_id: orgOfChain(chain), ...checkpoint },
        Date.parse(created_at),
      );
      progress.set(chain, { checkpointSeq: seq });
    }
    let rows = 0;
    for (const backlog of backlogs) {
      if (batch.isFull) break;
      const taken = await this.#take(backlog, batch);
      progress.set(backlog.chain, { ...progress.get(backlog.chain), seq: taken.seq });
      gaps.push(...taken.gaps);
      rows += taken.rows;
    }
    if (batch.lines > 0) await client.push(batch.streams(), signal);
    await db.transaction((tx) => saveProgress(tx, progress));
    this.#times = batch.times;
    this.#failures = 0;
    this.#presentTime = false;
    metrics.auditShipped.inc(rows);
    metrics.auditGaps.inc(gaps.length);
    for (const gap of gaps) logger.error(gap, "rows are missing from the audit log; run sallyport audit verify");
    return progress.size > 0;
  }

  /** Adds the next rows of a chain to the batch; returns the place up to which it is done with then. */
  async #take(
    { chain, head, shipped }: Backlog,
    batch: LokiBatch,
  ): Promise<{ seq: number; rows: number; gaps: Gap[] }> {
    const { db } = this.#options;
    const gaps: Gap[] = [];
    const tell = (from: number, to: number) => {
      const now = Date.now();
      const created_at = new Date(now).toISOString();
      batch.add(chain, { action: "audit.gap", chain, org_id: orgOfChain(chain), from, to, created_at }, now);
      gaps.push({ chain, from, to });
    };
    if (head < shipped) {
      // Somebody cut the chain's tail; what is written there now is shipped from where it grows again.
      tell(head + 1, shipped);
      return { seq: head, rows: 0, gaps };
    }
    const first = shipped + 1;
    const window = Math.min(head, shipped + PAGE);
    const { rows, erased } = await readForShipping(db, chain, first, window);
    const isEmpty = rows.length === 0 && erased.length === 0;
    const last = isEmpty ? ((await findNextPlace(db, chain, first, head)) ?? head + 1) - 1 : window;
    const bySeq = new Map(rows.map((row) => [row.seq, row]));
    const holes = isEmpty ? [[first, last] as const] : findGaps(first, last, new Set([...bySeq.keys(), ...erased]));
    const holeAt = new Map(holes.map(([from, to]) => [from, to]));
    let taken = 0;
    for (let seq = first; seq <= last; seq++) {
      const holeEnd = holeAt.get(seq);
      const row = bySeq.get(seq);
      if (row) batch.add(chain, row, Date.parse(row.created_at));
      if (row) taken += 1;
      if (holeEnd !== undefined) {
        tell(seq, holeEnd);
        seq = holeEnd;
      }
      if (batch.isFull) return { seq, rows: taken, gaps };
    }
    return { seq: last, rows: taken, gaps };
  }
}

/** Doubles up to a minute; by a random half, so that what failed together does not come back together. */
const jittered = (failures: number): number =>
  Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
