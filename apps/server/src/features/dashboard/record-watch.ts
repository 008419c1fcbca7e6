/**
 * Tells dashboards that something was recorded. Whatever changes in an organisation is recorded in its audit log, in the
 * transaction that changes it and on whichever node: so the length of the log is what tells that a page is out of date.
 */
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { Rounds } from "../../platform/rounds.ts";
import { hasOnlyRefusals, readChainLengths } from "../audit/index.ts";
import type { Dashboards } from "./dashboard.live.ts";

const EVERY_MS = 1_000;

export class RecordWatch {
  readonly #db: Database;
  readonly #dashboards: Dashboards;
  readonly #rounds: Rounds;
  #lengths = new Map<string, number>();

  constructor(db: Database, dashboards: Dashboards, logger: Logger) {
    this.#db = db;
    this.#dashboards = dashboards;
    this.#rounds = new Rounds(EVERY_MS, () => this.look(), { logger, what: "looking for new records" });
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Asks nothing while nobody listens. */
  async look(): Promise<void> {
    const orgIds = [...this.#dashboards.listenedTo()];
    const lengths = orgIds.length === 0 ? new Map<string, number>() : await readChainLengths(this.#db, orgIds);
    for (const [orgId, length] of lengths) {
      // Of one that nobody listened to before, something may have been recorded since its listener read what it shows.
      const before = this.#lengths.get(orgId);
      if (before === length) continue;
      const refusals_only = before !== undefined && (await hasOnlyRefusals(this.#db, orgId, before));
      this.#dashboards.publish(orgId, { type: "records.changed", refusals_only });
    }
    this.#lengths = lengths;
  }
}
