/**
 * Notices when two agents use one machine's identity: a copied state directory, or one node token on two hosts.
 *
 * Invariants: per machine, what was last there and what was there before it; a copy is suspected when something comes back
 * that another one had replaced, because an agent that restarts never does. Suspicions are told once per period.
 */
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { type AuditAction, recordEvent } from "../audit/index.ts";
import type { Machine } from "../machines/index.ts";

/** What is kept per machine, and for how many; the ones that were quiet longest are forgotten. */
const FORMER_MAX = 4;
const MACHINES_MAX = 20_000;
/** A suspicion is told again after this long, if it still holds. */
const TELL_AGAIN_MS = 3_600_000;

interface Known {
  present: string;
  former: string[];
  toldAt: number;
}

export class DuplicateAgents {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  constructor({ db, logger, now = Date.now }: { db: Database; logger: Logger; now?: () => number }) {
    this.#db = db;
    this.#logger = logger;
    this.#now = now;
  }

  /**
   * Something shows up as a machine: a session host by its id, or an installation by its secret's hash.
   *
   * @returns whether it had been replaced by another one before, so that two of them seem to be at it
   */
  seen(machineId: string, fingerprint: string): boolean {
    const known = this.#known.get(machineId) ?? { present: fingerprint, former: [], toldAt: Number.NEGATIVE_INFINITY };
    // The newest entry goes last, so that the first one is the quietest.
    this.#known.delete(machineId);
    this.#known.set(machineId, known);
    const [quietest] = this.#known.keys();
    if (this.#known.size > MACHINES_MAX && quietest !== undefined) this.#known.delete(quietest);
    if (known.present === fingerprint) return false;
    const isBack = known.former.includes(fingerprint);
    known.former = [known.present, ...known.former.filter((each) => each !== fingerprint)].slice(0, FORMER_MAX);
    known.present = fingerprint;
    return isBack;
  }

  /** A living link gave way to another agent of the same machine. */
  async replaced(machine: Machine, ipAddress: string | null): Promise<void> {
    if (this.#wasTold(machine.id)) return;
    await this.#record(machine, "agent.replaced", ipAddress);
  }

  async suspected(machine: Machine, ipAddress: string | null): Promise<void> {
    const known = this.#known.get(machine.id);
    if (!known || this.#wasTold(machine.id)) return;
    known.toldAt = this.#now();
    this.#logger.warn({ machine_id: machine.id }, "two agents seem to use one machine's identity");
    await this.#record(machine, "agent.clone_suspected", ipAddress);
  }

  /** A pair that flaps is told once, not every few seconds. */
  #wasTold(machineId: string): boolean {
    return this.#now() - (this.#known.get(machineId)?.toldAt ?? Number.NEGATIVE_INFINITY) < TELL_AGAIN_MS;
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
