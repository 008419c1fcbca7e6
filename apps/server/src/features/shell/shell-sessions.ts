/**
 * The viewers on this node: how one gets a session, new or its own, and how it is found by its stream.
 *
 * Invariants: one seat per session and node, that of the newest attachment; a seat is here from before its machine is
 * asked until its viewer has gone; a stream token admits one stream, once.
 */
import { randomUUID } from "node:crypto";
import { AppError, ERRORS, type ErrorCode, type SessionKind, STREAM_KEY_LABEL } from "@sallyport/protocol";
import { deriveChannelKey, type SessionToken } from "@sallyport/secure-terminal";
import type { WebSocket } from "ws";
import { Batches } from "../../platform/batches.ts";
import type { Database } from "../../platform/db/database.ts";
import { keepTrying } from "../../platform/keep-trying.ts";
import { KeyedQueue } from "../../platform/keyed-queue.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Metrics } from "../../platform/metrics.ts";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import { recordEvent } from "../audit/index.ts";
import { beginSessions, type Redemption, redeemTokens, type ViewerRequest } from "./begin-sessions.ts";
import type { MachineCommands } from "./machine-commands.ts";
import { MachineReach } from "./machine-reach.ts";
import { lineRecorder } from "./record-lines.ts";
import { type RelayedSession, type SessionEnd, ShellRelay } from "./relay.ts";
import { type Ending, endingOfProgram, type SessionEndings } from "./session-endings.ts";
import { type SessionProgram, takesLines } from "./session-program.ts";
import type { SessionTokens } from "./session-tokens.ts";
import {
  attachSession,
  detachSession,
  detachSessionsOfNode,
  findOpenedWith,
  findSession,
  findSessions,
  markStarted,
  type SessionRow,
} from "./sessions.store.ts";
import type { Viewer, ViewerEvents } from "./viewer.ts";

export interface ShellSessionsOptions {
  db: Database;
  logger: Logger;
  metrics: Metrics;
  keyring: Keyring;
  commands: MachineCommands;
  endings: SessionEndings;
  tokens: SessionTokens;
  nodeId: string;
  /** Whether there may be other nodes. */
  hasPeers: boolean;
  rateLimitTokens: number;
  /** A session began, or got or lost its viewer. */
  changed(session: { id: string; orgId: string; machineId: string }): void;
}

/** A session that is this viewer's, waiting for its socket. */
export interface ReservedSession {
  open(makeViewer: (events: ViewerEvents) => Viewer): void;
  abandon(): void;
}

interface Place {
  session: RelayedSession;
  epoch: number;
  have: number | null;
  /** What its machine is to start; undefined when that runs already. */
  start: SessionProgram | undefined;
  /** Whether what is typed are commands, to be recorded one by one. */
  takesLines: boolean;
  placedAt: number;
}

interface Seat {
  relay: ShellRelay;
  reach: MachineReach;
  reattachHash: string | null;
}

const TAKEN_OVER = "The session was taken over from another window";
const RESTARTING = "The control plane is restarting";

export class ShellSessions {
  readonly #options: ShellSessionsOptions;
  readonly #seats = new Map<string, Seat>();
  readonly #awaited = new Map<string, (stream: WebSocket, challenge: string) => void>();
  readonly #turns = new KeyedQueue();
  /** Commands on many machines begin together, and so do their queries. */
  readonly #redemptions: Batches<Redemption, Awaited<ReturnType<typeof redeemTokens>>[number]>;
  readonly #started: Batches<string, undefined>;
  readonly #rows: Batches<string, SessionRow | undefined>;
  #stopping = false;

  constructor(options: ShellSessionsOptions) {
    this.#options = options;
    this.#redemptions = new Batches((redemptions) => redeemTokens(options.db, redemptions));
    this.#started = new Batches(async (ids) => {
      await markStarted(options.db, ids);
      return ids.map(() => undefined);
    });
    this.#rows = new Batches(async (ids) => {
      const rows = new Map((await findSessions(options.db, ids)).map((row) => [row.id, row]));
      return ids.map((id) => rows.get(id));
    });
  }

  /** What an earlier process of this node left behind has no viewers. */
  async start(): Promise<void> {
    await detachSessionsOfNode(this.#options.db, this.#options.nodeId);
  }

  /** Sends every viewer elsewhere, or back here in a moment; their sessions go on. */
  async stop(): Promise<void> {
    const { db, nodeId, logger, tokens } = this.#options;
    this.#stopping = true;
    for (const { relay } of [...this.#seats.values()]) relay.leave("SHUTTING_DOWN", RESTARTING);
    await detachSessionsOfNode(db, nodeId).catch((error: unknown) => {
      logger.warn({ err: error }, "the sessions of this node could not be detached");
    });
    await tokens.recorded();
  }

  /**
   * Spends a shell token and makes the session's row, in one transaction and before the handshake. A window that
   * tries again, because the answer to its first try was lost, gets the session which that one made.
   *
   * @throws AppError `INVALID_SHELL_TOKEN` for one that is unknown, used, expired or made for something else
   * @throws AppError `TOO_MANY_SESSIONS`
   */
  async reserve(request: ViewerRequest, shellToken: string): Promise<ReservedSession> {
    if (this.#stopping) throw new AppError("SHUTTING_DOWN", {});
    const placedAt = performance.now();
    const tokenHash = hashSecret(shellToken);
    const id = randomUUID();
    const start = await this.#redemptions.add({ request, tokenHash, id, nodeId: this.#options.nodeId });
    if (!start) return this.#reserveAgain(request, tokenHash);
    if ("limit" in start) throw new AppError("TOO_MANY_SESSIONS", start);
    const session = this.#sessionOf(id, start.kind, request);
    return this.#place(request, { session, epoch: 1, have: 0, start, takesLines: takesLines(start), placedAt });
  }

  /**
   * Makes a session that the control plane itself is the viewer of: no token and no handshake.
   *
   * @throws AppError `TOO_MANY_SESSIONS`, `SHUTTING_DOWN`
   */
  async begin(request: ViewerRequest, start: SessionProgram): Promise<ReservedSession> {
    if (this.#stopping) throw new AppError("SHUTTING_DOWN", {});
    const placedAt = performance.now();
    const id = randomUUID();
    const { db, nodeId } = this.#options;
    const [full] = await db.transaction((tx) => beginSessions(tx, [{ request, id, nodeId, start, openedWith: null }]));
    if (full) throw new AppError("TOO_MANY_SESSIONS", full);
    return this.#place(request, {
      session: this.#sessionOf(id, start.kind, request),
      epoch: 1,
      have: 0,
      start,
      takesLines: false,
      placedAt,
    });
  }

  /** @throws AppError `INVALID_SHELL_TOKEN` when the token did not open a session of this very window */
  async #reserveAgain(request: ViewerRequest, tokenHash: string): Promise<ReservedSession> {
    const { actor, scope, machine, reattachToken } = request;
    const opened = reattachToken && (await findOpenedWith(this.#options.db, scope, tokenHash));
    const isSameWindow =
      opened &&
      opened.reattachHash === hashSecret(reattachToken) &&
      opened.userId === actor.userId &&
      opened.machineId === machine.id;
    if (!isSameWindow) throw new AppError("INVALID_SHELL_TOKEN", {});
    return this.attach(request, { sessionId: opened.id, have: 0, takeOver: false });
  }

  /**
   * Gives a session that runs to this viewer. The right to it is its user's, decided anew just before.
   *
   * @throws AppError `NOT_FOUND` also for a session of somebody else
   * @throws AppError `SESSION_ENDED`
   * @throws AppError `SESSION_ATTACHED` when another window has it, and it is not to be taken over
   */
  async attach(
    request: ViewerRequest,
    { sessionId, have, takeOver }: { sessionId: string; have: number | null; takeOver: boolean },
  ): Promise<ReservedSession> {
    if (this.#stopping) throw new AppError("SHUTTING_DOWN", {});
    const { db, nodeId } = this.#options;
    const { actor, scope, machine, ipAddress, size, reattachToken } = request;
    const placedAt = performance.now();
    const owner = { id: sessionId, userId: actor.userId, machineId: machine.id };
    const reattachHash = reattachToken === undefined ? null : hashSecret(reattachToken);
    const { epoch, row, start } = await db.transaction(async (tx) => {
      const row = await findSession(tx, scope, sessionId);
      if (!row || row.userId !== actor.userId || row.machineId !== machine.id) {
        throw new AppError("NOT_FOUND", { what: "Session" });
      }
      // Its output is a stream of records: there is nothing to show to another window, nor to take over.
      const isSameWindow = have !== null && row.reattachHash !== null && row.reattachHash === reattachHash;
      if (row.kind !== "shell" && !isSameWindow) throw new AppError("NOT_A_SHELL", {});
      const attachment = { nodeId, signInId: actor.signInId, reattachHash, ipAddress, size, have, takeOver };
      const raised = await attachSession(tx, scope, owner, attachment);
      if (raised === undefined) {
        const now = await findSession(tx, scope, sessionId);
        if (now?.status === "active") throw new AppError("SESSION_ATTACHED", {});
        throw new AppError("SESSION_ENDED", { cause: now?.cause ?? "deleted", exit_code: now?.exitCode ?? null });
      }
      await recordEvent(tx, {
        action: "session.resumed",
        orgId: scope.orgId,
        resourceType: "machine",
        resourceId: machine.id,
        actorId: actor.userId,
        metadata: { machine_name: machine.name, session_id: sessionId, taken_over: takeOver },
        ipAddress,
      });
      return { epoch: raised, row, start: row.startedAt === null ? row : undefined };
    });
    const session = this.#sessionOf(sessionId, row.kind, request);
    return this.#place(request, { session, epoch, have, start, takesLines: takesLines(row), placedAt });
  }

  #sessionOf(id: string, kind: SessionKind, { actor, scope, machine }: ViewerRequest): RelayedSession {
    return { id, kind, orgId: scope.orgId, machineId: machine.id, userId: actor.userId, signInId: actor.signInId };
  }

  /** Lets the former viewer go, and gets the new one's token. */
  async #place(request: ViewerRequest, place: Place): Promise<ReservedSession> {
    const { tokens, endings } = this.#options;
    const { session, epoch, start } = place;
    try {
      const token = await this.#turns.run(session.id, () => {
        this.#seats.get(session.id)?.relay.leave("SESSION_TAKEN_OVER", TAKEN_OVER);
        return tokens.issue(session);
      });
      return {
        open: (makeViewer) => this.#sit(request, place, token, makeViewer),
        abandon: () => {
          tokens.end(session.id, token);
          this.#stand(session, epoch);
        },
      };
    } catch (error) {
      // Nobody may look at a session that is not recorded; one that has no shell yet is over.
      if (!start) this.#stand(session, epoch);
      else endings.write(session.id, { cause: "audit_unavailable", exitCode: null });
      throw error;
    }
  }

  #sit(
    request: ViewerRequest,
    { session, epoch, have, start, takesLines, placedAt }: Place,
    token: SessionToken,
    makeViewer: (events: ViewerEvents) => Viewer,
  ): void {
    const { db, logger, metrics, tokens, keyring, commands, nodeId, hasPeers, changed, rateLimitTokens } =
      this.#options;
    const { machine, size, reattachToken } = request;
    const reattachHash = reattachToken === undefined ? null : hashSecret(reattachToken);
    const alive = tokens.keepAlive(token, () => relay.leave("SHUTTING_DOWN", "the session token has expired"));
    let streamToken = "";
    const rise = () => {
      clearInterval(alive);
      reach.stop();
      this.#awaited.delete(streamToken);
      if (this.#seats.get(session.id)?.relay === relay) this.#seats.delete(session.id);
      metrics.sessions.set(this.#seats.size);
      tokens.end(session.id, token);
    };
    const relay = new ShellRelay(session, size, {
      token,
      metrics,
      makeViewer,
      beforeInput: takesLines ? lineRecorder(db, request, session.id) : undefined,
      rules: {
        take: () => tokens.takeMessage(session.id),
        tokensAvailable: () => tokens.messagesLeft(session.id),
        messagesPerSecond: rateLimitTokens,
      },
      events: {
        attached: () => {
          reach.attached();
          metrics.sessionOpen.observe((performance.now() - placedAt) / 1_000);
          if (start) this.#inBackground("started", session, () => this.#started.add(session.id));
          start = undefined;
        },
        streamLost: (why) => {
          logger.info({ session_id: session.id, reason: why }, "a session lost its stream");
          reach.lost();
        },
        replaced: () => relay.leave("SESSION_TAKEN_OVER", TAKEN_OVER),
        limited: () => metrics.rateLimited.inc({ what: "input" }),
        ended: (end) => {
          rise();
          this.#options.endings.write(session.id, endingOf(end));
        },
        left: () => {
          rise();
          this.#stand(session, relay.epoch);
        },
      },
    });
    const reach = new MachineReach({
      relay,
      db,
      logger,
      commands,
      start,
      nodeId,
      hasPeers,
      reattachHash,
      canResume: reattachToken !== undefined,
      expectStream: (expected) => {
        this.#awaited.delete(streamToken);
        streamToken = commands.streamToken(session.id, expected);
        this.#awaited.set(streamToken, (stream, challenge) => {
          const machineKey = keyring.open(machine.secretKeyHash, machine.id);
          const key = deriveChannelKey(machineKey, STREAM_KEY_LABEL, session.id, String(expected), challenge);
          relay.join(expected, stream, key);
        });
      },
      gone: (message) => relay.end({ cause: "failed", code: "AGENT_LOST", message }),
      lostToOther: () => void this.checkRow(session.id),
      abandoned: (raised) => this.#stand(session, raised),
    });
    this.#seats.get(session.id)?.relay.leave("SESSION_TAKEN_OVER", TAKEN_OVER);
    this.#seats.set(session.id, { relay, reach, reattachHash });
    metrics.sessions.set(this.#seats.size);
    changed(session);
    if (this.#stopping) return relay.leave("SHUTTING_DOWN", RESTARTING);
    reach.start(epoch, have, placedAt);
    // What changed while the handshake was under way found no viewer to tell.
    void this.checkRow(session.id);
  }

  /** The viewer of an attachment is gone; the session waits for the next one. */
  #stand(session: RelayedSession, epoch: number): void {
    const { db, changed } = this.#options;
    this.#inBackground("detached", session, async () => {
      if (await detachSession(db, session.id, epoch)) changed(session);
    });
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

  /** Sessions that have a viewer here. */
  list(): RelayedSession[] {
    return [...this.#seats.values()].map(({ relay }) => relay.session);
  }

  find(sessionId: string): Seat | undefined {
    return this.#seats.get(sessionId);
  }

  /** A machine has a link, here or elsewhere: who waits for it asks again. */
  machineLinked(machineId: string): void {
    for (const { relay, reach } of this.#seats.values()) {
      if (relay.session.machineId === machineId) reach.linked();
    }
  }

  /** Ends the viewers of sessions that are over for a reason of the catalogue. */
  end(sessionId: string, code: ErrorCode, message: string): boolean {
    const seat = this.#seats.get(sessionId);
    seat?.relay.end({ cause: "failed", code, message });
    return seat !== undefined;
  }

  /** Sends viewers away. Their shells go on; a command, to which nobody could come back, ends. */
  sendAway(matches: (session: RelayedSession) => boolean, code: ErrorCode, reason: string): void {
    for (const { relay } of [...this.#seats.values()]) {
      if (!matches(relay.session)) continue;
      if (relay.session.kind === "shell") relay.leave(code, reason);
      else relay.end({ cause: "failed", code: "SESSION_REVOKED", message: reason });
    }
  }

  /** Looks whether the row still says that this viewer has the session; acts if not. */
  async checkRow(sessionId: string): Promise<void> {
    try {
      const row = await this.#rows.add(sessionId);
      this.applyRows([sessionId], row ? [row] : []);
    } catch (error) {
      // A database that is away must not end sessions; the next round looks again.
      this.#options.logger.warn({ err: error, session_id: sessionId }, "a session's row could not be read");
    }
  }

  /** The same for rows that were read already; what is not among them is gone. */
  applyRows(ids: readonly string[], rows: readonly SessionRow[]): void {
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of ids) {
      const seat = this.#seats.get(id);
      if (!seat) continue;
      const row = byId.get(id);
      if (row?.status !== "active") {
        seat.relay.end(endOf(row?.cause ?? "machine_deleted"));
      } else if (row.nodeId !== this.#options.nodeId || row.reattachHash !== seat.reattachHash) {
        seat.relay.leave("SESSION_TAKEN_OVER", TAKEN_OVER);
      }
    }
  }

  /** As soon as the database takes it: a shell that runs and is not marked so would count as abandoned later. */
  #inBackground(what: string, session: RelayedSession, work: () => Promise<unknown>): void {
    void keepTrying(work, {
      failed: (error) =>
        this.#options.logger.warn({ err: error, session_id: session.id }, `a session is not marked ${what} yet`),
      isWanted: () => !this.#stopping,
    });
  }
}

const endingOf = (end: SessionEnd): Ending =>
  end.cause === "failed"
    ? { cause: end.code.toLowerCase(), exitCode: null, reason: end.message, output: end.output }
    : end.cause === "exited"
      ? endingOfProgram(end.exit)
      : { cause: end.cause, exitCode: null };

/** What a viewer is told of an end that was written elsewhere. */
function endOf(cause: string): SessionEnd {
  const code = cause.toUpperCase();
  const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : "SESSION_REVOKED";
  return { cause: "failed", code: known, message: `The session was ended: ${cause.replaceAll("_", " ")}` };
}
