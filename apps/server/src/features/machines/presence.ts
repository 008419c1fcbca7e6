/**
 * Signs of life from linked machines, and the watch over those that fell silent.
 *
 * Beats are collected in memory and written once a second in one statement, so that a fleet costs the database one
 * write a second; what a crash loses is made up by the next beat.
 */
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { recordEvent } from "../audit/index.ts";
import type { MachineEvents } from "./machine-events.ts";
import { type Machine, markSilentOffline, touchMachine, touchMachines } from "./machines.store.ts";

const FLUSH_EVERY_MS = 1_000;
const WATCH_EVERY_MS = 5_000;

export class Presence {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #events: MachineEvents;
  readonly #timeoutSeconds: number;
  #beats = new Set<string>();
  /** Those that said goodbye since what is being written was collected. */
  readonly #left = new Set<string>();
  #timers: NodeJS.Timeout[] = [];
  #work: Promise<void> = Promise.resolve();

  constructor({
    db,
    logger,
    events,
    timeoutSeconds,
  }: {
    db: Database;
    logger: Logger;
    events: MachineEvents;
    timeoutSeconds: number;
  }) {
    this.#db = db;
    this.#logger = logger;
    this.#events = events;
    this.#timeoutSeconds = timeoutSeconds;
  }

  start(): void {
    this.#timers = [
      setInterval(() => this.#enqueue(() => this.#flush()), FLUSH_EVERY_MS),
      setInterval(() => this.#enqueue(() => this.#watch()), WATCH_EVERY_MS),
    ];
  }

  beat(machineId: string): void {
    this.#beats.add(machineId);
    this.#left.delete(machineId);
  }

  /** The machine has said goodbye: a beat that is not written yet must not bring it back. */
  forget(machineId: string): void {
    this.#beats.delete(machineId);
    this.#left.add(machineId);
  }

  /** Writes what is collected and waits for it. */
  async written(): Promise<void> {
    this.#enqueue(() => this.#flush());
    await this.#work;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.written();
  }

  /** One thing at a time, so that a slow database does not pile up writes. */
  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work
      .then(work)
      .catch((error: unknown) => this.#logger.warn({ err: error }, "presence was not written"));
  }

  async #flush(): Promise<void> {
    if (this.#beats.size === 0) return;
    const beats = this.#beats;
    this.#beats = new Set();
    this.#left.clear();
    let revived: Machine[];
    try {
      revived = await this.#db.transaction((tx) => touchMachines(tx, [...beats]));
    } catch (error) {
      for (const machineId of beats) if (!this.#left.has(machineId)) this.#beats.add(machineId);
      throw error;
    }
    const left = revived.filter(({ id }) => this.#left.has(id));
    for (const machine of revived) if (!left.includes(machine)) this.#events.changed(machine);
    await Promise.all(left.map(({ id }) => touchMachine(this.#db, id, { status: "offline" })));
  }

  async #watch(): Promise<void> {
    const silent = await this.#db.transaction(async (tx) => {
      const machines = await markSilentOffline(tx, this.#timeoutSeconds);
      for (const machine of machines) {
        await recordEvent(tx, {
          action: "machine.marked_offline",
          orgId: machine.orgId,
          resourceType: "machine",
          resourceId: machine.id,
          actorId: null,
          metadata: { machine_name: machine.name, reason: "heartbeat_timeout" },
          ipAddress: null,
        });
      }
      return machines;
    });
    for (const machine of silent) this.#events.changed(machine);
  }
}
