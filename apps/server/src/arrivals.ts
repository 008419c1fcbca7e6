/**
 * What is looked up and written when machines link, and when their links end, for many at once: a fleet whose control
 * plane restarts comes back within seconds, and a statement per machine would keep the last ones waiting.
 *
 * Owner of which links the rows show as this node's.
 */
import type { AgentLink } from "./features/link/index.ts";
import {
  type LinkClaims,
  type Machine,
  markAllUnlinked,
  markUnlinked,
  setDesktopFacts,
  touchLinked,
} from "./features/machines/index.ts";
import type { Arrival, SessionAuthority } from "./features/shell/index.ts";
import type { MachineReactions } from "./machine-reactions.ts";
import type { Database } from "./platform/db/database.ts";
import type { Logger } from "./platform/logger.ts";

/** A machine that comes alone does not wait; those that come while a batch is under way are the next one. */
const MOST_AT_ONCE = 500;
/** Links that came while the database was away are written down again this often. */
const RETRY_MS = 2_000;

/** A link and what its hello said of the machine's own switch. What it says of its screen may change: the link knows. */
interface Seen extends Pick<LinkClaims, "sessionEnabled"> {
  link: AgentLink;
}

export interface ArrivalsOptions {
  db: Database;
  logger: Logger;
  nodeId: string;
  authority: SessionAuthority;
  machines: MachineReactions;
}

export class Arrivals {
  readonly #options: ArrivalsOptions;
  #waiting: (Arrival & Seen)[] = [];
  #gone: AgentLink[] = [];
  #changed: AgentLink[] = [];
  #work: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /** Before anybody links: what an earlier run of this node left in the rows is not so any more. */
  start(): Promise<void> {
    return markAllUnlinked(this.#options.db, this.#options.nodeId);
  }

  /** When every link was told to end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work;
    await markAllUnlinked(this.#options.db, this.#options.nodeId);
  }

  add(arrival: Arrival & Seen): void {
    this.#waiting.push(arrival);
    this.#work ??= this.#run();
  }

  /** What the machine says of its screen is another thing than before. */
  desktopChanged(link: AgentLink): void {
    this.#changed.push(link);
    this.#work ??= this.#run();
  }

  left(link: AgentLink): void {
    if (this.#isStopped) return;
    this.#gone.push(link);
    this.#work ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 || this.#changed.length > 0 || this.#gone.length > 0) {
      const batch = this.#waiting.splice(0, MOST_AT_ONCE);
      if (batch.length > 0) {
        await this.#see(batch);
        await this.#options.authority.reconcile(batch);
      } else if (this.#changed.length > 0) {
        // After its arrival, which would otherwise write down what was so before.
        for (const link of this.#changed.splice(0)) await this.#writeDesktop(link);
      } else {
        // Last, so that no link is written down after it was taken off.
        await this.#takeOff(this.#gone.splice(0));
      }
    }
    this.#work = undefined;
  }

  async #see(all: readonly Seen[]): Promise<void> {
    const { db, logger, nodeId } = this.#options;
    const arrived = all.filter(({ link }) => !link.isOver);
    if (arrived.length === 0 || this.#isStopped) return;
    const marks = arrived.map(({ link, sessionEnabled }) => ({
      ...markOf(link),
      sessionEnabled,
      desktop: link.desktop,
    }));
    try {
      const rows = await touchLinked(db, nodeId, marks);
      const byId = new Map(rows.map((machine) => [machine.id, machine]));
      for (const { link } of arrived) this.#judge(link, byId.get(link.machineId));
    } catch (error) {
      logger.warn({ err: error, machines: arrived.length }, "links were not written down yet");
      setTimeout(() => void this.#see(arrived), RETRY_MS).unref();
    }
  }

  #judge(link: AgentLink, machine: Machine | undefined): void {
    const { machines } = this.#options;
    if (machine) machines.announce(machine);
    // What an administrator did, or a new enrolment, since the handshake.
    if (!machine || !link.isStillOf(machine)) {
      return link.end("MACHINE_DISABLED", "this machine may not be here any more");
    }
    // Its configuration has changed: what was open goes.
    if (link.machine.agentSessionEnabled) machines.recheckSessions(machine);
  }

  async #writeDesktop(link: AgentLink): Promise<void> {
    const { db, logger, nodeId, machines } = this.#options;
    if (!link.desktop || link.isOver || this.#isStopped) return;
    try {
      const machine = await setDesktopFacts(db, nodeId, markOf(link), link.desktop);
      if (machine) machines.announce(machine);
    } catch (error) {
      logger.warn({ err: error, machine_id: link.machineId }, "what a machine says of its screen was not written down");
      setTimeout(() => this.desktopChanged(link), RETRY_MS).unref();
    }
  }

  async #takeOff(links: readonly AgentLink[]): Promise<void> {
    const { db, logger, nodeId } = this.#options;
    try {
      await markUnlinked(db, nodeId, links.map(markOf));
    } catch (error) {
      logger.warn({ err: error, machines: links.length }, "the end of links was not written down yet");
      setTimeout(() => {
        for (const link of links) this.left(link);
      }, RETRY_MS).unref();
    }
  }
}

const markOf = ({ machineId, openedAt }: AgentLink) => ({ machineId, openedAt });
