/**
 * Gets one relay its stream, and another one whenever that breaks, for as long as its viewer waits.
 *
 * Every try is an attachment of its own: the epoch is raised in the database before anything is sent, so that
 * whatever arrives late changes nothing.
 */

import { RECONNECT_CAP_MS, type RefusalCode, STREAM_DIAL_TIMEOUT_MS } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { MachineCommands } from "./machine-commands.ts";
import type { ShellRelay } from "./relay.ts";
import type { SessionProgram } from "./session-program.ts";
import { attachAgain } from "./sessions.store.ts";

/** After this long without a stream the viewer is told what it waits for. */
const TELL_AFTER_MS = 1_500;
/** A machine that could not dial tries again after a random time up to this, doubled each time. */
const RETRY_MS = 250;
const RETRY_CAP_MS = 5_000;
/** An attachment that lasted this long was a success. */
const GOOD_AFTER_MS = 2_000;
/** The stream of the same attachment, if the machine is about to dial it, is there sooner. */
const STALE_RETRY_MS = 500;
/** A first try that is begun so late is not the one that was announced: well before others pass that on by themselves. */
const LATE_START_MS = 1_000;
/** A database that does not answer is asked again this soon. */
const DATABASE_RETRY_MS = 1_000;

export interface MachineReachOptions {
  relay: ShellRelay;
  db: Database;
  logger: Logger;
  commands: MachineCommands;
  nodeId: string;
  /** Whether there may be other nodes. */
  hasPeers: boolean;
  reattachHash: string | null;
  canResume: boolean;
  /** What the machine is to start; undefined when that runs already. */
  start: SessionProgram | undefined;
  /** From now on, only this attachment's stream is let in. */
  expectStream(epoch: number): void;
  /** The session cannot be had from this machine any more. */
  gone(message: string): void;
  /** Somebody else has the session, or it is over: the row knows. */
  lostToOther(): void;
  /** The viewer went while this attachment was written: nobody has it. */
  abandoned(epoch: number): void;
}

export class MachineReach {
  readonly #options: MachineReachOptions;
  #start: SessionProgram | undefined;
  #failure = "it did not answer in time";
  #have: number | null = null;
  #attempt = 0;
  #attachedAt = Number.NEGATIVE_INFINITY;
  #isStopped = false;
  #isRaising = false;
  #late: NodeJS.Timeout | undefined;
  #tell: NodeJS.Timeout | undefined;

  constructor(options: MachineReachOptions) {
    this.#options = options;
    this.#start = options.start;
  }

  /**
   * The first try; its epoch is in the database already.
   *
   * @param placedAt before that was so, in ms of `performance.now()`
   */
  start(epoch: number, have: number | null, placedAt: number): void {
    this.#have = have;
    const { relay, hasPeers } = this.#options;
    // Another node may have passed it on, as one whose signal was lost; the machine dials it once, and was not let in.
    if (!hasPeers || performance.now() - placedAt < LATE_START_MS) return this.#request(epoch, have);
    relay.expect(epoch);
    this.#tellLater();
    this.#again(0);
  }

  attached(): void {
    this.#start = undefined;
    this.#attachedAt = performance.now();
    this.#settle();
  }

  /** The stream broke. One that was good is asked for again at once; a machine that breaks it each time has to wait. */
  lost(): void {
    const wasGood = performance.now() - this.#attachedAt >= GOOD_AFTER_MS;
    if (wasGood) this.#attempt = 0;
    this.#again(wasGood ? 0 : undefined);
  }

  /** The machine has a link again: what was asked of the former one may never have arrived. */
  linked(): void {
    if (!this.#options.relay.hasStream) this.#again(0);
  }

  refused(code: RefusalCode, epoch: number | undefined, reason: string): void {
    if (this.#isStopped || (epoch !== undefined && epoch !== this.#options.relay.epoch)) return;
    switch (code) {
      case "NO_SUCH_SESSION":
      case "SESSION_ENDED":
      case "CANNOT_SPAWN":
      case "NO_DESKTOP":
      case "SESSIONS_DISABLED":
        return this.#options.gone(reason);
      case "INVALID_COMMAND":
        return this.#start ? this.#options.gone(reason) : this.#again();
      case "STREAM_FAILED":
      case "HOST_UNAVAILABLE":
        this.#failure = reason;
        return this.#again();
      case "STALE_EPOCH":
        this.#options.lostToOther();
        // Or another node passed this attachment on before we knew of it, and its stream was not let in.
        if (!this.#options.relay.hasStream) this.#again(STALE_RETRY_MS);
        return;
      default:
        code satisfies never;
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#settle();
  }

  #settle(): void {
    clearTimeout(this.#late);
    clearTimeout(this.#tell);
    this.#tell = undefined;
  }

  #request(epoch: number, have: number | null): void {
    const { relay, commands, canResume, expectStream } = this.#options;
    relay.expect(epoch);
    expectStream(epoch);
    const isSent = commands.attach(relay.session, { epoch, have, size: relay.size, start: this.#start, canResume });
    clearTimeout(this.#late);
    // For a new session: a machine without a link, here at least, may have to come back first.
    const comesBackMs = isSent || !this.#start ? 0 : RECONNECT_CAP_MS;
    this.#late = setTimeout(() => this.#onLate(), STREAM_DIAL_TIMEOUT_MS + comesBackMs);
    this.#tellLater();
  }

  #tellLater(): void {
    const { relay } = this.#options;
    this.#tell ??= setTimeout(() => relay.tell("MACHINE_UNREACHABLE", "waiting for the machine"), TELL_AFTER_MS);
  }

  #onLate(): void {
    // Who opens a new session wants to know that it does not work; who has one wants it back.
    if (this.#start) return this.#options.gone(this.#failure);
    this.#again(0);
  }

  #again(waitMs = Math.random() * Math.min(RETRY_CAP_MS, RETRY_MS * 2 ** this.#attempt)): void {
    if (this.#isStopped || this.#isRaising) return;
    this.#attempt += 1;
    clearTimeout(this.#late);
    this.#late = setTimeout(() => void this.#raise(), waitMs);
  }

  async #raise(): Promise<void> {
    const { relay, db, logger, nodeId, reattachHash, lostToOther, abandoned } = this.#options;
    const { id } = relay.session;
    this.#isRaising = true;
    try {
      const have = relay.wasAttached ? relay.have : this.#have;
      const epoch = await attachAgain(db, { id, nodeId, reattachHash, have, size: relay.size });
      // One that was raised since by somebody else is not ours to give back.
      if (this.#isStopped) return epoch === relay.epoch + 1 ? abandoned(epoch) : undefined;
      if (epoch === undefined) return lostToOther();
      this.#request(epoch, have);
    } catch (error) {
      logger.warn({ err: error, session_id: id }, "a session could not be attached again yet");
      if (!this.#isStopped) this.#late = setTimeout(() => void this.#raise(), DATABASE_RETRY_MS);
    } finally {
      this.#isRaising = false;
    }
  }
}
