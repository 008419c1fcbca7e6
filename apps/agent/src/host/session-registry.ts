/**
 * The sessions of this host. Owner of the map; one entry from spawn to end.
 *
 * What ended is remembered for a while, so that a control plane which was away hears of it in the next hello. Hearing
 * of it twice does no harm: an ended session stays ended.
 */
import {
  clampSize,
  type ExitReport,
  type HeldSession,
  SESSIONS_PER_MACHINE,
  type SpawnShell,
  type TerminalSize,
} from "@sallyport/protocol";
import type { Logger } from "../platform/logger.ts";
import { reasonOf } from "../platform/one-line.ts";
import type { Pty } from "../pty/pty.ts";
import type { SessionStream, StreamEvents, StreamTarget } from "./session-stream.ts";
import { type EndReason, ShellSession } from "./shell-session.ts";

export interface SessionRegistryDeps {
  /** @throws when the shell cannot be started */
  spawnShell: (size: TerminalSize) => Pty;
  dialStream: (target: StreamTarget, events: StreamEvents) => SessionStream;
  logger: Logger;
  started(sessionId: string): void;
  ended(sessionId: string, exit: ExitReport): void;
  /** A session ended before anyone saw it. */
  refused(sessionId: string, reason: string): void;
}

export class SessionRegistry {
  readonly #deps: SessionRegistryDeps;
  readonly #live = new Map<string, ShellSession>();
  readonly #ended = new Map<string, HeldSession>();
  /** Set once everything is to end. */
  #whenEmpty: (() => void) | undefined;

  constructor(deps: SessionRegistryDeps) {
    this.#deps = deps;
  }

  get liveCount(): number {
    return this.#live.size;
  }

  /** Every session that runs, then those that ended lately. */
  list(): HeldSession[] {
    return [...[...this.#live.values()].map((session) => session.held()), ...this.#ended.values()];
  }

  /** Shows a session on a new stream, spawning its shell when it is a new one. Returns why not, if not. */
  attach(sessionId: string, { epoch, stream_url, stream_token, cols, rows }: SpawnShell): string | undefined {
    const known = this.#live.get(sessionId);
    if (known?.isEnding || this.#ended.has(sessionId)) return "the session has ended";
    if (this.#whenEmpty) return "the agent is stopping";
    if (known && epoch <= known.epoch) return "stale epoch";
    let session: ShellSession;
    try {
      session = known ?? this.#spawn(sessionId, clampSize({ cols, rows }));
    } catch (error) {
      return reasonOf(error);
    }
    const target = { url: stream_url, token: stream_token, sessionId, epoch };
    session.attach(epoch, (events) => this.#deps.dialStream(target, events));
    return undefined;
  }

  /** Hangs a session up. Returns why not, if not. */
  end(sessionId: string, reason: string): string | undefined {
    const session = this.#live.get(sessionId);
    if (!session) return "there is no such session";
    session.end({ reason });
    return undefined;
  }

  /** Hangs every session up, takes no new ones, and resolves when all have ended. */
  endAll(why: EndReason): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
      for (const session of this.#live.values()) session.end(why);
      if (this.#live.size === 0) resolve();
    });
  }

  #spawn(sessionId: string, size: TerminalSize): ShellSession {
    if (this.#live.size >= SESSIONS_PER_MACHINE) {
      throw new Error(`there are ${SESSIONS_PER_MACHINE} sessions on this machine already`);
    }
    const logger = this.#deps.logger.with({ sessionId });
    const pty = this.#deps.spawnShell(size);
    const session = new ShellSession({
      sessionId,
      pty,
      size,
      logger,
      ended: (exit, wasAttached) => this.#onEnded(session, sessionId, exit, wasAttached),
    });
    this.#live.set(sessionId, session);
    logger.info("session started", { shellPid: pty.pid });
    this.#deps.started(sessionId);
    return session;
  }

  #onEnded(session: ShellSession, sessionId: string, exit: ExitReport, wasAttached: boolean): void {
    this.#live.delete(sessionId);
    this.#ended.set(sessionId, { ...session.held(), exit });
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > SESSIONS_PER_MACHINE && oldest) this.#ended.delete(oldest);
    this.#deps.logger.info("session ended", { sessionId, ...exit });
    if (wasAttached) this.#deps.ended(sessionId, exit);
    else this.#deps.refused(sessionId, exit.reason ?? "the shell ended before its stream was open");
    if (this.#live.size === 0) this.#whenEmpty?.();
  }
}
