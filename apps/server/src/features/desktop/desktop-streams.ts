/**
 * The viewers' sockets on this node, for desktops that WebRTC cannot reach: how one gets a session, and how the stream
 * that the machine dials finds it.
 *
 * Invariants: one seat per session and node, that of the newest socket; its number (`epoch`) is in the session's row before
 * the machine is asked; a stream token admits one stream, once.
 */
import {
  AppError,
  CONSENT_PROMPT_SECONDS,
  DESKTOP_STREAM_KEY_LABEL,
  STREAM_DIAL_TIMEOUT_MS,
} from "@sallyport/protocol";
import { deriveChannelKey } from "@sallyport/secure-terminal";
import type { WebSocket } from "ws";
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Metrics } from "../../platform/metrics.ts";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import { isSignInAlive } from "../auth/index.ts";
import { findMachineById } from "../machines/index.ts";
import { isLive } from "./decide-desktop.ts";
import { mayAsk } from "./decide-machine-consent.ts";
import {
  type DesktopSession,
  findSessionsById,
  leaveStream,
  leaveStreamsOfNode,
  raiseStream,
} from "./desktop.store.ts";
import { DESKTOP_CAPABILITIES, desktopStreamToken, type ViewerSockets } from "./desktop-delivery.ts";
import { DesktopRelay } from "./desktop-relay.ts";
import type { By } from "./initiate-desktop.ts";

export interface DesktopStreamsOptions {
  db: Database;
  logger: Logger;
  metrics: Metrics;
  keyring: Keyring;
  streamTokenKey: Buffer;
  nodeId: string;
  /** A viewer's socket waits for the machine: it, or the other nodes, must be told. */
  requested(session: DesktopSession): void;
}

/** A session that is this viewer's, waiting for its socket. */
export interface ReservedDesktop {
  open(viewer: WebSocket): void;
  abandon(): void;
}

interface Seat {
  sessionId: string;
  epoch: number;
  userId: string;
  signInId: string;
  relay: DesktopRelay;
}

const TAKEN_OVER = "The session was taken over from another window";

export class DesktopStreams implements ViewerSockets {
  readonly #options: DesktopStreamsOptions;
  readonly #seats = new Map<string, Seat>();
  readonly #awaited = new Map<string, (stream: WebSocket, challenge: string) => void>();
  #isStopping = false;

  constructor(options: DesktopStreamsOptions) {
    this.#options = options;
  }

  /** What an earlier process of this node left behind has no viewers. */
  async start(): Promise<void> {
    await leaveStreamsOfNode(this.#options.db, this.#options.nodeId);
  }

  /** Sends every viewer elsewhere, or back here in a moment. */
  async stop(): Promise<void> {
    const { db, nodeId, logger } = this.#options;
    this.#isStopping = true;
    for (const { relay } of [...this.#seats.values()]) relay.close("SHUTTING_DOWN", "The control plane is restarting");
    await leaveStreamsOfNode(db, nodeId).catch((error: unknown) => {
      logger.warn({ err: error }, "the desktops' viewers of this node could not be taken off");
    });
  }

  /**
   * Gives a session to a viewer that may have it, before the handshake.
   *
   * @throws AppError `SHUTTING_DOWN`; `INVALID_STATE` when it ended in this moment
   */
  async reserve({ actor, scope }: By, session: DesktopSession): Promise<ReservedDesktop> {
    if (this.#isStopping) throw new AppError("SHUTTING_DOWN", {});
    const { db, nodeId } = this.#options;
    const machine = await findMachineById(db, session.machineId);
    const epoch = machine && (await raiseStream(db, scope, session.id, nodeId));
    if (!machine || epoch === undefined) throw new AppError("INVALID_STATE", { status: "over", expected: "live" });
    const waitsForPerson = mayAsk(machine.desktopConsent ?? undefined, session.sessionType);
    return {
      open: (viewer) =>
        this.#sit(viewer, session, {
          epoch,
          signInId: actor.signInId,
          secretKeyHash: machine.secretKeyHash,
          patienceMs: STREAM_DIAL_TIMEOUT_MS + (waitsForPerson ? CONSENT_PROMPT_SECONDS * 1_000 : 0),
        }),
      abandon: () => this.#leave(session.id, epoch),
    };
  }

  /**
   * A stream that dialled with a token of ours.
   *
   * @throws AppError `UNAUTHORIZED` for any other
   */
  claim(streamToken: string): (stream: WebSocket, challenge: string) => void {
    const take = this.#awaited.get(streamToken);
    if (!take) throw new AppError("UNAUTHORIZED", {});
    this.#awaited.delete(streamToken);
    return take;
  }

  ended(session: DesktopSession): void {
    const relay = this.#seats.get(session.id)?.relay;
    const reason = session.endReason ?? session.status;
    // What its viewer did himself is no refusal.
    if (session.endedBy === session.viewerUserId) relay?.finish(reason);
    else relay?.close("SESSION_REVOKED", reason);
  }

  gone(sessionId: string): void {
    this.#seats.get(sessionId)?.relay.close("SESSION_REVOKED", "the machine was deleted");
  }

  changed({ id, streamEpoch, refusal }: DesktopSession): void {
    const seat = this.#seats.get(id);
    if (!seat) return;
    if (seat.epoch < streamEpoch) seat.relay.close("SESSION_TAKEN_OVER", TAKEN_OVER);
    else if (refusal !== null && !seat.relay.isJoined) seat.relay.close("MACHINE_UNREACHABLE", refusal);
  }

  /** A sign-in has ended: this window may not go on, whosever the session was. */
  signedOut(signInId: string): void {
    for (const { signInId: of, relay } of [...this.#seats.values()]) {
      if (of === signInId) relay.close("UNAUTHORIZED", "signed out");
    }
  }

  /** Looks again at what news should have told: it can get lost. */
  async recheck(ids: readonly string[] = [...this.#seats.keys()]): Promise<void> {
    const { db } = this.#options;
    const sessions = await findSessionsById(db, ids);
    for (const { sessionId, userId, signInId, relay } of ids.flatMap((id) => this.#seats.get(id) ?? [])) {
      const session = sessions.get(sessionId);
      if (!session) this.gone(sessionId);
      else if (!isLive(session.status)) this.ended(session);
      else this.changed(session);
      if (!(await isSignInAlive(db, signInId, userId))) relay.close("UNAUTHORIZED", "signed out");
    }
  }

  #sit(
    viewer: WebSocket,
    session: DesktopSession,
    {
      epoch,
      signInId,
      secretKeyHash,
      patienceMs,
    }: { epoch: number; signInId: string; secretKeyHash: string; patienceMs: number },
  ): void {
    const { logger, metrics, keyring, streamTokenKey, requested } = this.#options;
    const { id, machineId, viewerUserId } = session;
    const token = desktopStreamToken(streamTokenKey, id, epoch);
    const relay = new DesktopRelay({
      viewer,
      epoch,
      metrics,
      identity: { sessionId: id, machineId, userId: viewerUserId, capabilities: DESKTOP_CAPABILITIES },
      closed: () => {
        clearTimeout(late);
        this.#awaited.delete(token);
        if (this.#seats.get(id)?.relay === relay) this.#seats.delete(id);
        metrics.desktopStreams.set(this.#seats.size);
        this.#leave(id, epoch);
      },
    });
    const late = setTimeout(() => {
      relay.close("MACHINE_UNREACHABLE", "the machine did not answer in time; try again");
    }, patienceMs);
    const former = this.#seats.get(id);
    if (this.#isStopping) return relay.close("SHUTTING_DOWN", "The control plane is restarting");
    // Two handshakes at once may end in the other order than they were numbered.
    if (former && former.epoch > epoch) return relay.close("SESSION_TAKEN_OVER", TAKEN_OVER);
    former?.relay.close("SESSION_TAKEN_OVER", TAKEN_OVER);
    this.#seats.set(id, { sessionId: id, epoch, userId: viewerUserId, signInId, relay });
    metrics.desktopStreams.set(this.#seats.size);
    this.#awaited.set(token, (stream, challenge) => {
      clearTimeout(late);
      const machineKey = keyring.open(secretKeyHash, machineId);
      const key = deriveChannelKey(machineKey, DESKTOP_STREAM_KEY_LABEL, id, String(epoch), challenge);
      logger.debug({ session_id: id, epoch }, "a desktop is shown on a stream");
      relay.join(stream, key);
    });
    requested(session);
    // What changed while the handshake was under way found no socket to tell.
    this.recheck([id]).catch((error: unknown) => {
      logger.warn({ err: error, session_id: id }, "a desktop's row could not be read");
    });
  }

  #leave(sessionId: string, epoch: number): void {
    const { db, logger } = this.#options;
    leaveStream(db, sessionId, epoch).catch((error: unknown) => {
      logger.warn({ err: error, session_id: sessionId }, "a desktop's viewer was not taken off");
    });
  }
}
