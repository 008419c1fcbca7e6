/**
 * When expiry is enforced: on call, and every so often by itself. Of all nodes one does it at a time; here, calls that
 * come meanwhile share the next run.
 */
import { sql } from "drizzle-orm";
import { ADVISORY_LOCKS } from "../../platform/db/advisory-locks.ts";
import type { Database, Queryable } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Metrics } from "../../platform/metrics.ts";
import { SharedRuns } from "../../platform/shared-runs.ts";
import type { ScheduleActor } from "../access/index.ts";
import type { MachineEvents } from "../machines/index.ts";
import { type EndSessions, type Enforced, enforceKeyExpiry } from "./enforce-key-expiry.ts";
import { findOrgsToEnforce } from "./key-expiry.store.ts";
import { warnOfExpiry } from "./warn-of-expiry.ts";

export interface KeyExpiryOptions {
  db: Database;
  logger: Logger;
  metrics: Metrics;
  events: MachineEvents;
  endSessions: EndSessions;
  /** Resolves when the signs of life that came so far are in the database. */
  beatsWritten(): Promise<void>;
}

/** A round that comes this much later than it should follows a machine that slept: its agents have yet to come back. */
const SLEPT_MS = 60_000;

export class KeyExpiry {
  readonly #options: KeyExpiryOptions;
  readonly #runs = new SharedRuns<Enforced>();
  #timer: NodeJS.Timeout | undefined;
  #scheduled: Promise<void> | undefined;

  constructor(options: KeyExpiryOptions) {
    this.#options = options;
  }

  /** @param everySeconds 0 for never */
  start(everySeconds: number): void {
    if (everySeconds === 0) return;
    let dueAt = Date.now() + everySeconds * 1_000;
    this.#timer = setInterval(() => {
      const isLate = Date.now() > dueAt + SLEPT_MS;
      dueAt = Date.now() + everySeconds * 1_000;
      // To the database every machine has been silent meanwhile, and ephemeral ones would be deleted for it.
      if (isLate) return;
      this.#scheduled ??= this.#runScheduled().finally(() => {
        this.#scheduled = undefined;
      });
    }, everySeconds * 1_000);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#scheduled;
    await this.#runs.settled();
  }

  /** Everything that was changed before the call is seen by the run that answers it. */
  enforce({ orgIds }: ScheduleActor): Promise<Pick<Enforced, "markedOffline" | "deleted">> {
    const key = orgIds === "all" ? "all" : [...orgIds].sort().join();
    return this.#runs.run(key, () => this.#enforce(orgIds, "wait"));
  }

  /** Nothing waits for it, so it leaves a run that is under way elsewhere alone. */
  async #runScheduled(): Promise<void> {
    const { db, logger, metrics } = this.#options;
    try {
      await this.#enforce("all", "try");
      const warned = await db.transaction(async (tx) => ((await lock(tx, "try")) ? warnOfExpiry(tx) : []));
      for (const { id, orgId, name, expiresAt } of warned) {
        logger.warn({ key_id: id, org_id: orgId, name, expires_at: expiresAt }, "an auth key expires soon");
        metrics.keyWarnings.inc();
      }
    } catch (error) {
      logger.warn({ err: error }, "expiry could not be enforced; the next run tries again");
    }
  }

  /** One organisation after the other, so that none waits for the rows of another. */
  async #enforce(orgIds: ScheduleActor["orgIds"], how: "wait" | "try"): Promise<Enforced> {
    const { db, endSessions, logger, beatsWritten } = this.#options;
    await beatsWritten();
    const all: Enforced = { markedOffline: [], deleted: [], tellSessions() {} };
    for (const orgId of await findOrgsToEnforce(db, orgIds)) {
      const enforced = await db.transaction(async (tx) => {
        return (await lock(tx, how)) ? enforceKeyExpiry(tx, [orgId], endSessions) : undefined;
      });
      if (!enforced) {
        logger.debug("another node is enforcing expiry");
        return all;
      }
      this.#tell(enforced);
      all.markedOffline.push(...enforced.markedOffline);
      all.deleted.push(...enforced.deleted);
    }
    return all;
  }

  #tell({ markedOffline, deleted, tellSessions }: Enforced): void {
    const { events } = this.#options;
    for (const machine of markedOffline) events.changed(machine);
    tellSessions();
    for (const machine of deleted) events.deleted(machine);
  }
}

/** Until the transaction ends. Resolves to whether it was to be had, where it is only tried. */
async function lock(tx: Queryable, how: "wait" | "try"): Promise<boolean> {
  const key = sql`${ADVISORY_LOCKS.keyExpiry}::bigint`;
  if (how === "wait") {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${key})`);
    return true;
  }
  const { rows } = await tx.execute<{ got: boolean }>(sql`SELECT pg_try_advisory_xact_lock(${key}) AS got`);
  return rows[0]?.got === true;
}
