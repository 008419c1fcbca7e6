/** Two agents at one machine's identity: a copied state directory, or one node token on two hosts. */
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { type AuditAction, recordEvent } from "../audit/index.ts";
import type { Machine } from "../machines/index.ts";

/** A pair that takes the machine from each other every few seconds is told of once in this time. */
const TELL_AGAIN_MS = 3_600_000;

export class DuplicateAgents {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #suspectedAt = new Map<string, number>();

  constructor({ db, logger, now = Date.now }: { db: Database; logger: Logger; now?: () => number }) {
    this.#db = db;
    this.#logger = logger;
    this.#now = now;
  }

  /** A link gave way to another agent of the same machine. */
  async replaced(machine: Machine, ipAddress: string | null): Promise<void> {
    if (this.#wasTold(machine.id)) return;
    await this.#record(machine, "agent.replaced", ipAddress);
  }

  /** One that had been replaced is back. */
  async suspected(machine: Machine, ipAddress: string | null): Promise<void> {
    if (this.#wasTold(machine.id)) return;
    this.#suspectedAt.set(machine.id, this.#now());
    this.#logger.warn({ machine_id: machine.id }, "two agents seem to use one machine's identity");
    await this.#record(machine, "agent.clone_suspected", ipAddress);
  }

  #wasTold(machineId: string): boolean {
    const at = this.#suspectedAt.get(machineId);
    if (at !== undefined && this.#now() - at >= TELL_AGAIN_MS) this.#suspectedAt.delete(machineId);
    return this.#suspectedAt.has(machineId);
  }

  async #record(machine: Machine, action: AuditAction, ipAddress: string | null): Promise<void> {
    try {
      await this.#db.transaction((tx) =>
        recordEvent(tx, {
          action,
          orgId: machine.orgId,
          resourceType: "machine",
          resourceId: machine.id,
          actorId: null,
          metadata: { machine_name: machine.name, kind: machine.kind },
          ipAddress,
        }),
      );
    } catch (error) {
      this.#logger.warn({ err: error, machine_id: machine.id, action }, "a second agent could not be recorded");
    }
  }
}
