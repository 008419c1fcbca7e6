/**
 * What is looked up when machines link, for many at once: a fleet whose control plane restarts comes back within
 * seconds, and a statement per machine would keep the last ones waiting.
 */
import type { AgentLink } from "./features/link/index.ts";
import { type Machine, touchLinked } from "./features/machines/index.ts";
import type { Arrival, SessionAuthority } from "./features/shell/index.ts";
import type { Database } from "./platform/db/database.ts";
import type { Logger } from "./platform/logger.ts";

/** A machine that comes alone does not wait; those that come while a batch is under way are the next one. */
const MOST_AT_ONCE = 500;

export interface ArrivalsOptions {
  db: Database;
  logger: Logger;
  authority: SessionAuthority;
  changed(machine: Machine): void;
}

export class Arrivals {
  readonly #options: ArrivalsOptions;
  #waiting: Arrival[] = [];
  #isBusy = false;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  add(arrival: Arrival): void {
    this.#waiting.push(arrival);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_AT_ONCE);
      await this.#see(batch.map(({ link }) => link));
      await this.#options.authority.reconcile(batch);
    }
    this.#isBusy = false;
  }

  async #see(links: readonly AgentLink[]): Promise<void> {
    const { db, logger, changed } = this.#options;
    try {
      const rows = await touchLinked(
        db,
        links.map(({ machineId }) => machineId),
      );
      const byId = new Map(rows.map((machine) => [machine.id, machine]));
      for (const link of links) {
        const machine = byId.get(link.machineId);
        if (machine) changed(machine);
        // What an administrator did, or a new enrolment, since the handshake.
        if (!machine || !link.isStillOf(machine)) link.end("MACHINE_DISABLED", "this machine may not be here any more");
      }
    } catch (error) {
      // The next beats say the same.
      logger.warn({ err: error, machines: links.length }, "presence was not written");
    }
  }
}
