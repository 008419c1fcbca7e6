/** Looks again, every few seconds, at what signals and events should have told: both can get lost. */
import { sql } from "drizzle-orm";
import { ADVISORY_LOCKS } from "../../platform/db/advisory-locks.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { LinkRegistry } from "../link/index.ts";
import type { MachineCommands } from "./machine-commands.ts";
import type { SessionAuthority } from "./session-authority.ts";
import type { SessionEndings } from "./session-endings.ts";
import { readGrounds } from "./session-grounds.store.ts";
import { findAbandoned, findAttachRequest, findLateRequests, findOutwaited } from "./sessions.store.ts";

/** Viewers here: ended or taken over elsewhere, right or sign-in gone. */
const VIEWERS_EVERY_MS = 2_000;
/** Attachments that other nodes wait for. */
const REQUESTS_EVERY_MS = 1_000;
/** All sessions, by one node at a time. */
const SWEEP_EVERY_MS = 5_000;

/**
 * The row is there before the viewer's socket is open, and a machine that dials earlier is not let in, and does not dial
 * that attachment again. So only what has waited is passed on without its signal; who is not ready by then asks anew
 * (machine-reach.ts).
 */
const LATE_AFTER_SECONDS = 1.5;
/** An attachment that was asked for longer ago is asked for again, with a higher epoch. */
const REQUEST_SECONDS = 15;
/** A new session whose viewer left before its shell was started is not waited for. */
const ABANDONED_SECONDS = 60;

export interface SessionWatchOptions {
  db: Database;
  logger: Logger;
  links: LinkRegistry;
  commands: MachineCommands;
  authority: SessionAuthority;
  endings: SessionEndings;
  nodeId: string;
  graceSeconds: number;
  /** Whether there may be other nodes. */
  hasPeers: boolean;
}

export class SessionWatch {
  readonly #options: SessionWatchOptions;
  /** Epochs of other nodes' attachments that were passed on, so that each is once. */
  readonly #passedOn = new Map<string, number>();
  #timers: NodeJS.Timeout[] = [];

  constructor(options: SessionWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timers = [
      this.#every(VIEWERS_EVERY_MS, () => this.#options.authority.recheckViewers()),
      this.#every(SWEEP_EVERY_MS, () => this.#sweep()),
    ];
    if (this.#options.hasPeers) this.#timers.push(this.#every(REQUESTS_EVERY_MS, () => this.passOnRequests()));
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Signals were missed: everything they could have said is looked up. */
  async catchUp(): Promise<void> {
    const { authority, logger } = this.#options;
    try {
      await this.passOnRequests();
      await authority.recheckViewers();
      await this.#sweep();
    } catch (error) {
      logger.warn({ err: error }, "what was missed could not be looked up yet");
    }
  }

  /** Tells our machines what other nodes want of them. */
  async passOnRequests(): Promise<void> {
    const { db, links, nodeId } = this.#options;
    const machineIds = links.all().map(({ machineId }) => machineId);
    const requests = await findLateRequests(db, {
      machineIds,
      nodeId,
      afterSeconds: LATE_AFTER_SECONDS,
      seconds: REQUEST_SECONDS,
    });
    for (const { id, epoch } of requests) {
      if ((this.#passedOn.get(id) ?? 0) < epoch) await this.passOn(id);
    }
    if (requests.length === 0) this.#passedOn.clear();
  }

  /** Passes one attachment on, if its machine is linked here. */
  async passOn(sessionId: string): Promise<void> {
    const { db, commands, nodeId } = this.#options;
    const request = await findAttachRequest(db, sessionId);
    if (!request) return;
    const { session, nodeUrl } = request;
    // It came here meanwhile, and is asked for when its viewer's socket is open, not before.
    if (session.nodeId === nodeId) return;
    if ((this.#passedOn.get(sessionId) ?? 0) >= session.attachEpoch) return;
    const isSent = commands.attachTo(nodeUrl, session, {
      epoch: session.attachEpoch,
      have: session.attachHave,
      size: { cols: session.cols, rows: session.rows },
      start: session.startedAt === null ? session : undefined,
      canResume: session.reattachHash !== null,
    });
    if (isSent) this.#passedOn.set(sessionId, session.attachEpoch);
  }

  async #sweep(): Promise<void> {
    const { db, authority, endings, graceSeconds } = this.#options;
    const found = await db.transaction(async (tx) => {
      // Of several nodes, one sweeps.
      const { rows } = await tx.execute<{ got: boolean }>(
        sql`SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.sessionSweep}) AS got`,
      );
      if (rows[0]?.got !== true) return undefined;
      const abandoned = await findAbandoned(tx, ABANDONED_SECONDS);
      const outwaited = await findOutwaited(tx, graceSeconds);
      return { abandoned, outwaited, grounds: await readGrounds(tx, {}) };
    });
    if (!found) return;
    for (const { id } of found.abandoned) {
      endings.write(id, { cause: "viewer_left", exitCode: null, reason: "its viewer left before it was started" });
    }
    for (const { id } of found.outwaited) {
      endings.write(id, { cause: "agent_lost", exitCode: null, reason: "the machine did not come back" });
    }
    authority.judge(found.grounds);
  }

  /** With the database away, rounds must not pile up. */
  #every(ms: number, work: () => Promise<void>): NodeJS.Timeout {
    let underWay = false;
    return setInterval(() => {
      if (underWay) return;
      underWay = true;
      work()
        .catch((error: unknown) => this.#options.logger.warn({ err: error }, "a round of the watch failed"))
        .finally(() => {
          underWay = false;
        });
    }, ms);
  }
}
