/**
 * The sessions of this host. Owner of the map; one entry from spawn to end.
 *
 * What ended is remembered for a while, so that a control plane which was away hears of it in the next hello. Hearing
 * of it twice does no harm: an ended session stays ended.
 */
import {
  type AttachShell,
  clampSize,
  type ExecuteCommand,
  type ExitReport,
  type HeldSession,
  type RunDiagnostic,
  SESSIONS_PER_MACHINE,
  type TerminalSize,
} from "@sallyport/protocol";
import type { Logger } from "../platform/logger.ts";
import { reasonOf } from "../platform/one-line.ts";
import { type EndReason, HostedSession } from "./hosted-session.ts";
import type { Program } from "./program.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { startRunningTimer } from "./running-timer.ts";
import { type DrawScreen, drawScreen } from "./screen.ts";
import type { SessionStream, StreamEvents, StreamTarget } from "./session-stream.ts";

export interface SessionRegistryDeps {
  /** @throws when the shell cannot be started */
  spawnShell: (size: TerminalSize) => Program;
  /** @throws when the command cannot be started */
  spawnExec: (command: ExecuteCommand) => Program;
  /** @throws AppError `INVALID_INPUT` */
  startDiagnostic: (request: RunDiagnostic) => Program;
  dialStream: (target: StreamTarget, events: StreamEvents) => SessionStream;
  logger: Logger;
  started(sessionId: string): void;
  ended(sessionId: string, exit: ExitReport): void;
  /** Something that was agreed to could not be done after all. */
  refused(sessionId: string, why: Refusal): void;
}

/** Starts what a session runs. */
type Start = (size: TerminalSize) => {
  program: Program;
  drawScreen: DrawScreen | undefined;
  /** How long it may run; null: for ever. */
  timeoutSeconds?: number | null;
};

export class SessionRegistry {
  readonly #deps: SessionRegistryDeps;
  readonly #live = new Map<string, HostedSession>();
  readonly #ended = new Map<string, HeldSession>();
  /** Set once everything is to end. */
  #whenEmpty: (() => void) | undefined;

  constructor(deps: SessionRegistryDeps) {
    this.#deps = deps;
  }

  get liveCount(): number {
    return this.#live.size;
  }

  /** Every session that is held, then those that were let go lately. */
  list(): HeldSession[] {
    return [...[...this.#live.values()].map((session) => session.held()), ...this.#ended.values()];
  }

  /** Shows a session on a new stream, starting its shell when nobody knows it. Returns why not, if not. */
  spawnOrAttach(sessionId: string, command: AttachShell): Refusal | undefined {
    return this.#startOrAttach(sessionId, command, (size) => ({ program: this.#deps.spawnShell(size), drawScreen }));
  }

  /** The same for a command. */
  execOrAttach(sessionId: string, command: ExecuteCommand): Refusal | undefined {
    return this.#startOrAttach(sessionId, command, () => ({
      program: this.#deps.spawnExec(command),
      drawScreen: undefined,
      timeoutSeconds: command.timeout_seconds,
    }));
  }

  /** The same for a diagnostic. */
  diagnoseOrAttach(sessionId: string, request: RunDiagnostic): Refusal | undefined {
    return this.#startOrAttach(sessionId, request, () => ({
      program: this.#deps.startDiagnostic(request),
      drawScreen: undefined,
    }));
  }

  #startOrAttach(sessionId: string, command: AttachShell, start: Start): Refusal | undefined {
    if (this.#live.has(sessionId) || this.#ended.has(sessionId)) return this.attach(sessionId, command);
    if (this.#whenEmpty) return refusal("HOST_UNAVAILABLE", "the agent is stopping");
    let session: HostedSession;
    try {
      session = this.#start(sessionId, clampSize(command), start);
    } catch (error) {
      return refusal("CANNOT_SPAWN", reasonOf(error));
    }
    // Nobody has seen anything of it, whatever the command says.
    this.#show(session, sessionId, { ...command, have: 0 });
    return undefined;
  }

  /** Shows a session that there is on a new stream. Returns why not, if not. */
  attach(sessionId: string, command: AttachShell): Refusal | undefined {
    const session = this.#live.get(sessionId);
    if (session?.isEnding || this.#ended.has(sessionId)) return refusal("SESSION_ENDED", "the session has ended");
    if (!session) return refusal("NO_SUCH_SESSION", "there is no such session");
    if (command.epoch <= session.epoch) return refusal("STALE_EPOCH", "stale epoch");
    this.#show(session, sessionId, command);
    return undefined;
  }

  /** Hangs a session up. Returns why not, if not. */
  end(sessionId: string, reason: string): Refusal | undefined {
    const session = this.#live.get(sessionId);
    if (session) session.end({ reason });
    else if (this.#ended.has(sessionId)) return refusal("SESSION_ENDED", "the session has ended");
    else return refusal("NO_SUCH_SESSION", "there is no such session");
    return undefined;
  }

  /** Hangs every session up that there is now. */
  endPresent(reason: string): void {
    for (const session of this.#live.values()) session.end({ reason });
  }

  /** Hangs every session up, takes no new ones, and resolves when all have ended. */
  endAll(why: EndReason): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
      for (const session of this.#live.values()) session.end(why);
      if (this.#live.size === 0) resolve();
    });
  }

  #show(session: HostedSession, sessionId: string, command: AttachShell): void {
    const { epoch, have, stream_url, stream_token, grace_seconds: graceSeconds } = command;
    const target = { url: stream_url, token: stream_token, sessionId, epoch };
    session.attach({ epoch, have, graceSeconds, size: clampSize(command) }, (events) =>
      this.#deps.dialStream(target, events),
    );
  }

  #start(sessionId: string, size: TerminalSize, start: Start): HostedSession {
    if (this.#live.size >= SESSIONS_PER_MACHINE) {
      throw new Error(`there are ${SESSIONS_PER_MACHINE} sessions on this machine already`);
    }
    const logger = this.#deps.logger.with({ sessionId });
    const { program, drawScreen, timeoutSeconds = null } = start(size);
    const session = new HostedSession({
      sessionId,
      program,
      size,
      logger,
      drawScreen,
      streamFailed: (epoch, reason) => {
        this.#deps.refused(sessionId, { ...refusal("STREAM_FAILED", `the stream was not opened: ${reason}`), epoch });
      },
      ended: (exit) => {
        stopTimeout();
        this.#onEnded(session, sessionId, exit);
      },
    });
    const stopTimeout = timeoutSeconds === null ? () => {} : endAfter(session, timeoutSeconds);
    this.#live.set(sessionId, session);
    logger.info("session started", { programPid: program.pid });
    this.#deps.started(sessionId);
    return session;
  }

  #onEnded(session: HostedSession, sessionId: string, exit: ExitReport): void {
    this.#live.delete(sessionId);
    const { output: _, ...told } = exit;
    this.#ended.set(sessionId, { ...session.held(), exit: told, ended: true });
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > SESSIONS_PER_MACHINE && oldest) this.#ended.delete(oldest);
    this.#deps.logger.info("session ended", { sessionId, ...told });
    this.#deps.ended(sessionId, exit);
    if (this.#live.size === 0) this.#whenEmpty?.();
  }
}

function endAfter(session: HostedSession, seconds: number): () => void {
  const reason = `timed out after ${seconds} second${seconds === 1 ? "" : "s"}`;
  return startRunningTimer(seconds * 1_000, () => session.end({ reason, code: "COMMAND_TIMEOUT" }));
}
