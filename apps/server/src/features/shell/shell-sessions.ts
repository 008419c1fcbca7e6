/**
 * The sessions that this node relays: how one is opened, found by its stream, looked at again, and ended.
 *
 * Invariants: a relay is in the registry from the moment its row exists until its end has been handed to the
 * database; a stream token admits one stream, once.
 */
import { randomUUID } from "node:crypto";
import {
  AppError,
  type ErrorCode,
  PING_INTERVAL_MS,
  SESSIONS_PER_MACHINE,
  SESSIONS_PER_USER,
  type SpawnShell,
  STREAM_DIAL_TIMEOUT_MS,
  STREAM_KEY_LABEL,
  STREAM_PATH,
  type TerminalSize,
} from "@sallyport/protocol";
import type { SecureRemoteTerminalService, SessionToken } from "@sallyport/secure-terminal";
import type { WebSocket } from "ws";
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Metrics } from "../../platform/metrics.ts";
import { hashSecret, newSecret } from "../../platform/secrets/token.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import type { AgentLink, LinkRegistry } from "../link/index.ts";
import type { ReachableMachine } from "./create-session.ts";
import { findLostRight } from "./find-lost-right.ts";
import { type RelayedSession, type SessionEnd, ShellRelay } from "./relay.ts";
import { SessionEndings } from "./session-endings.ts";
import { consumeShellToken, countActiveSessions, endSessionsOfNode, insertSession } from "./shell.store.ts";
import type { Viewer, ViewerEvents } from "./viewer.ts";

/** Rights are also looked at this often, for changes made by SQL that nobody announced. */
const RECHECK_EVERY_MS = 5_000;

export interface ShellSessionsOptions {
  db: Database;
  logger: Logger;
  metrics: Metrics;
  links: LinkRegistry;
  terminal: SecureRemoteTerminalService;
  /** Address under which agents reach this very node. */
  nodeUrl(): string;
  nodeId: string;
  rateLimitTokens: number;
  sessionExpirySeconds: number;
}

export interface OpenRequest {
  actor: Actor;
  scope: OrgScope;
  machine: ReachableMachine;
  shellToken: string;
  ipAddress: string;
}

/** A session whose token has been spent and whose row exists, waiting for its viewer's socket. */
export interface ReservedSession {
  open(size: TerminalSize, makeViewer: (events: ViewerEvents) => Viewer): void;
  abandon(): void;
}

export class ShellSessions {
  readonly #options: ShellSessionsOptions;
  readonly #relays = new Map<string, ShellRelay>();
  readonly #awaited = new Map<string, (stream: WebSocket, challenge: string) => void>();
  readonly #endings: SessionEndings;
  #timer: NodeJS.Timeout | undefined;
  #watching: Promise<void> | undefined;
  #stopping = false;

  constructor(options: ShellSessionsOptions) {
    this.#options = options;
    this.#endings = new SessionEndings(options);
  }

  /** Ends the rows of sessions that an earlier process of this node left behind, and starts the watch. */
  async start(): Promise<void> {
    const { db, nodeId, logger } = this.#options;
    const left = await endSessionsOfNode(db, nodeId, "control_plane_restarted");
    if (left.length > 0) logger.info({ sessions: left.length }, "sessions of the former process were closed");
    this.#timer = setInterval(() => {
      // With the database away, rounds must not pile up.
      this.#watching ??= this.recheck().finally(() => {
        this.#watching = undefined;
      });
    }, RECHECK_EVERY_MS);
  }

  /** Tells every viewer, and waits until every end is written. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    this.endWhere(() => true, "SHUTTING_DOWN", "The control plane is restarting");
    await this.#endings.stop();
  }

  /**
   * Spends the token and makes the session's row, in one transaction and before the handshake.
   *
   * @throws AppError `INVALID_SHELL_TOKEN` for one that is unknown, used, expired or made for something else
   * @throws AppError `TOO_MANY_SESSIONS`
   */
  async reserve({ actor, scope, machine, shellToken, ipAddress }: OpenRequest): Promise<ReservedSession> {
    if (this.#stopping) throw new AppError("SHUTTING_DOWN", {});
    const { db, terminal, nodeId } = this.#options;
    const startedAt = performance.now();
    const session: RelayedSession = {
      id: randomUUID(),
      orgId: scope.orgId,
      machineId: machine.id,
      userId: actor.userId,
      signInId: actor.signInId,
      epoch: 1,
    };
    const refusal = await db.transaction(async (tx) => {
      const token = await consumeShellToken(tx, hashSecret(shellToken));
      const fits =
        token !== undefined &&
        !token.expired &&
        token.userId === actor.userId &&
        token.orgId === scope.orgId &&
        token.machineId === machine.id;
      // Returned, not thrown: a token that somebody else shows stays spent.
      if (!fits) return new AppError("INVALID_SHELL_TOKEN", {});
      const { ofUser, ofMachine } = await countActiveSessions(tx, token);
      if (ofUser >= SESSIONS_PER_USER)
        throw new AppError("TOO_MANY_SESSIONS", { limit: SESSIONS_PER_USER, of: "user" });
      if (ofMachine >= SESSIONS_PER_MACHINE) {
        throw new AppError("TOO_MANY_SESSIONS", { limit: SESSIONS_PER_MACHINE, of: "machine" });
      }
      await insertSession(tx, scope, { ...token, id: session.id, nodeId, ipAddress });
      await recordEvent(tx, {
        action: "remote.shell_connected",
        orgId: scope.orgId,
        resourceType: "machine",
        resourceId: machine.id,
        actorId: actor.userId,
        metadata: { machine_name: machine.name, session_id: session.id },
        ipAddress,
      });
      return undefined;
    });
    if (refusal) throw refusal;

    const close = (end: SessionEnd) => this.#endings.write(session, { machineName: machine.name, end, ipAddress });
    let token: SessionToken;
    try {
      token = await terminal.issueSessionToken(actor.userId, machine.id, ["spawn", "input", "resize"], {
        sessionId: session.id,
      });
    } catch (error) {
      close({ cause: "failed", code: "AUDIT_UNAVAILABLE", message: "the session could not be recorded" });
      throw new AppError("AUDIT_UNAVAILABLE", {}, { cause: error });
    }
    return {
      open: (size, makeViewer) => {
        this.#open(session, token, { size, makeViewer, close, startedAt }).catch((error: unknown) => {
          this.#options.logger.error({ err: error, session_id: session.id }, "a session could not be opened");
          this.endWhere(({ id }) => id === session.id, "AGENT_LOST", "it could not be asked");
        });
      },
      abandon: () => close({ cause: "viewer_left" }),
    };
  }

  async #open(
    session: RelayedSession,
    token: SessionToken,
    {
      size,
      makeViewer,
      close,
      startedAt,
    }: {
      size: TerminalSize;
      makeViewer(events: ViewerEvents): Viewer;
      close(end: SessionEnd): void;
      startedAt: number;
    },
  ): Promise<void> {
    const { terminal, metrics, links, nodeUrl, rateLimitTokens } = this.#options;
    const streamToken = newSecret();
    const alive = this.#keepTokenAlive(token);
    const dialDeadline = setTimeout(
      () => relay.end({ cause: "failed", code: "AGENT_LOST", message: "it did not answer in time" }),
      STREAM_DIAL_TIMEOUT_MS,
    );
    const relay = new ShellRelay(session, {
      token,
      metrics,
      makeViewer,
      rules: {
        take: () => terminal.tryConsume(session.id),
        tokensAvailable: () => terminal.getRateLimitInfo(session.id)?.tokensAvailable ?? 0,
        messagesPerSecond: rateLimitTokens,
      },
      onAttach: () => {
        clearTimeout(dialDeadline);
        metrics.sessionOpen.observe((performance.now() - startedAt) / 1_000);
      },
      onLimited: () => metrics.rateLimited.inc({ what: "input" }),
      onEnd: (end) => {
        clearTimeout(dialDeadline);
        clearInterval(alive);
        this.#awaited.delete(streamToken);
        this.#relays.delete(session.id);
        metrics.sessions.set(this.#relays.size);
        close(end);
      },
    });
    this.#relays.set(session.id, relay);
    metrics.sessions.set(this.#relays.size);
    // What changed while the handshake was under way found no session to end.
    if (this.#stopping) return relay.end({ cause: "failed", code: "SHUTTING_DOWN", message: "restarting" });
    void this.recheck(({ id }) => id === session.id);
    let link: AgentLink | undefined;
    this.#awaited.set(streamToken, (stream, challenge) => {
      const key = link?.deriveStreamKey(STREAM_KEY_LABEL, session.id, String(session.epoch), challenge);
      if (key) relay.join(stream, key);
    });
    link = await links.waitFor(session.machineId, STREAM_DIAL_TIMEOUT_MS);
    if (!this.#relays.has(session.id)) return;
    if (!link) return relay.end({ cause: "failed", code: "AGENT_LOST", message: "it is not connected" });
    const command: SpawnShell = {
      epoch: session.epoch,
      stream_url: streamUrl(nodeUrl()),
      stream_token: streamToken,
      ...size,
    };
    link.command(token, "spawn_shell", command);
  }

  /**
   * A stream that dialled with a token of ours.
   *
   * @throws AppError `UNAUTHORIZED` for any other
   */
  claimStream(streamToken: string): (stream: WebSocket, challenge: string) => void {
    const take = this.#awaited.get(streamToken);
    if (!take) throw new AppError("UNAUTHORIZED", {});
    this.#awaited.delete(streamToken);
    return take;
  }

  /** The machine could not or would not carry out a command of this session. */
  refused(machineId: string, sessionId: string, reason: string): void {
    this.#endOfMachine(machineId, sessionId, reason);
  }

  /** The machine says that a session is over; only its own sessions are its to end. */
  endedByHost(machineId: string, sessionId: string, reason: string | undefined): void {
    this.#endOfMachine(machineId, sessionId, reason ?? "the session ended on the machine");
  }

  #endOfMachine(machineId: string, sessionId: string, message: string): void {
    const relay = this.#relays.get(sessionId);
    if (relay?.session.machineId !== machineId) return;
    relay.end({ cause: "failed", code: "AGENT_LOST", message });
  }

  endWhere(matches: (session: RelayedSession) => boolean, code: ErrorCode, message: string): void {
    for (const relay of [...this.#relays.values()]) {
      if (matches(relay.session)) relay.end({ cause: "failed", code, message });
    }
  }

  /** Decides anew whether each session may go on; ends those that may not. */
  async recheck(matches: (session: RelayedSession) => boolean = () => true): Promise<void> {
    for (const { session } of [...this.#relays.values()]) {
      if (!matches(session)) continue;
      try {
        const reason = await findLostRight(this.#options.db, session);
        if (reason) this.endWhere(({ id }) => id === session.id, "SESSION_REVOKED", reason);
      } catch (error) {
        // A database that is away must not end sessions; the next round looks again.
        this.#options.logger.warn({ err: error, session_id: session.id }, "a session's rights could not be checked");
      }
    }
  }

  /** An open viewer is activity: its token slides along, and expires only when nobody is there. */
  #keepTokenAlive(token: SessionToken): NodeJS.Timeout {
    const { terminal, sessionExpirySeconds } = this.#options;
    const everyMs = Math.min(PING_INTERVAL_MS * 2, (sessionExpirySeconds * 1_000) / 4);
    return setInterval(() => void terminal.validateSessionToken(token), everyMs);
  }
}

function streamUrl(nodeUrl: string): string {
  const url = new URL(STREAM_PATH, nodeUrl);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
