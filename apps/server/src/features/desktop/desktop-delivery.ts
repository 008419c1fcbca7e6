/**
 * Brings what happens to a desktop session to those it is for: the question for consent, offers, viewer's candidates,
 * the viewer's socket and the end to its machine; answers and the machine's candidates to its viewer; every change to those who may see it. At once, on whichever node
 * they are; what nobody was there to hear is in the row, which `status` and the machine's next hello read.
 *
 * Invariant: of one session, one piece of news is delivered after the other, so that candidates keep their order.
 */
import { createHmac } from "node:crypto";
import type {
  DashboardEvent,
  DesktopAsk,
  DesktopCandidate,
  DesktopEnd,
  DesktopOffer,
  DesktopStream,
} from "@sallyport/protocol";
import { DESKTOP_STREAM_PATH, isAdminRole, REASON_CHARS } from "@sallyport/protocol";
import type { MessageBus, Signal } from "../../platform/bus/message-bus.ts";
import type { Database } from "../../platform/db/database.ts";
import { KeyedQueue } from "../../platform/keyed-queue.ts";
import { streamUrl } from "../../platform/live/stream-url.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Dashboards } from "../dashboard/index.ts";
import type { AgentLink, LinkRegistry } from "../link/index.ts";
import { isLive } from "./decide-desktop.ts";
import { decideAsk } from "./decide-machine-consent.ts";
import {
  type DesktopSession,
  findLiveSessions,
  findSessionById,
  findSessionsById,
  findStreamNode,
  findUnasked,
  listCandidates,
  markAsked,
  viewSession,
} from "./desktop.store.ts";
import { type IceConfig, iceServers } from "./ice-servers.ts";

export type DesktopNews = Omit<Extract<Signal, { type: "desktop" }>, "type" | "org_id" | "session_id">;

/** The viewers' sockets on this node, which hear of their sessions too. */
export interface ViewerSockets {
  /** The session has ended. */
  ended(session: DesktopSession): void;
  /** Its row is gone, with its machine. */
  gone(sessionId: string): void;
  /** Its row has changed: it may be another socket's now, or its machine has refused. */
  changed(session: DesktopSession): void;
}

export interface DesktopDeliveryOptions {
  db: Database;
  logger: Logger;
  links: LinkRegistry;
  dashboards: Dashboards;
  bus: MessageBus;
  ice: IceConfig;
  viewers: ViewerSockets;
  /** Tokens of machines' streams are derived from it, so that every node knows those of every socket. */
  streamTokenKey: Buffer;
}

/** The token with which a machine dials the stream for one socket of a viewer; used once. */
export const desktopStreamToken = (key: Buffer, sessionId: string, epoch: number): string =>
  createHmac("sha256", key).update(`${sessionId}:${epoch}`).digest("hex");

export class DesktopDelivery {
  readonly #options: DesktopDeliveryOptions;
  readonly #queue = new KeyedQueue();

  constructor(options: DesktopDeliveryOptions) {
    this.#options = options;
  }

  /** Something was committed: tells those who are here, and the other nodes. */
  tell(session: { id: string; orgId: string }, news: DesktopNews): void {
    this.#options.bus.publish({ type: "desktop", org_id: session.orgId, session_id: session.id, ...news });
    this.hear(session.id, news);
  }

  /** The same for a session that has ended, whose row may be gone with its machine. */
  tellEnd(session: DesktopSession): void {
    this.#options.bus.publish({ type: "desktop", org_id: session.orgId, session_id: session.id, news: "status" });
    void this.#queue.run(session.id, async () => this.#tellStatus(session));
  }

  /** Another node, or this one, says that there is something: looks it up and brings it to those who are here. */
  hear(sessionId: string, news: DesktopNews): void {
    this.#queue
      .run(sessionId, () => this.#deliver(sessionId, news))
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error, session_id: sessionId }, "news of a desktop could not be delivered");
      });
  }

  /** A machine is linked (again): it hears of every session that waits for it, and of those it holds that are over. */
  async machineLinked(link: AgentLink, held: readonly string[]): Promise<void> {
    const { db } = this.#options;
    for (const { id } of await findLiveSessions(db, { machineId: link.machineId })) {
      await this.#queue.run(id, async () => {
        // As it is when its turn comes: an end that was delivered meanwhile must stay the last word.
        const session = await findSessionById(db, id);
        if (!session || !isLive(session.status)) return;
        await this.#ask(link, session);
        this.#sendOffer(link, session);
        await this.#sendCandidates(link, session);
        await this.#sendStream(link, session);
      });
    }
    const known = await findSessionsById(db, held);
    for (const id of held) {
      const session = known.get(id);
      if (session?.machineId === link.machineId && isLive(session.status)) continue;
      const identity = { sessionId: id, machineId: link.machineId, userId: "", capabilities: DESKTOP_CAPABILITIES };
      link.command(identity, "desktop_end", { reason: reasonOf(session) } satisfies DesktopEnd);
    }
  }

  /** Asks the machines that are linked here about sessions of which they have not heard: a signal was lost, or there was no screen. */
  async askLate(): Promise<void> {
    const { db, links } = this.#options;
    for (const session of await findUnasked(db)) {
      const link = links.find(session.machineId);
      if (link) await this.#queue.run(session.id, () => this.#ask(link, session));
    }
  }

  async #deliver(sessionId: string, { news, candidate_id: candidateId }: DesktopNews): Promise<void> {
    const { db, links, dashboards, viewers } = this.#options;
    const session = await findSessionById(db, sessionId);
    if (!session) return viewers.gone(sessionId);
    const link = links.find(session.machineId);
    const toViewer = (event: DashboardEvent) =>
      dashboards.publish(session.orgId, event, ({ userId }) => userId === session.viewerUserId);
    switch (news) {
      case "ask":
        if (link) await this.#ask(link, session);
        return this.#announce(session);
      case "stream":
        viewers.changed(session);
        if (link) await this.#sendStream(link, session);
        return;
      case "offer":
        if (link && isLive(session.status)) this.#sendOffer(link, session);
        return this.#announce(session);
      case "answer":
        if (session.sdpAnswer !== null) {
          toViewer({ type: "desktop.answer", session_id: session.id, sdp_answer: session.sdpAnswer });
        }
        return this.#announce(session);
      case "viewer_candidate":
        if (link && candidateId !== undefined) await this.#sendCandidates(link, session, candidateId);
        return;
      case "agent_candidate":
        for (const candidate of await this.#candidates(session, "agent", candidateId)) {
          toViewer({ type: "desktop.candidate", session_id: session.id, candidate });
        }
        return;
      case "status":
        return this.#tellStatus(session);
      default:
        news satisfies never;
    }
  }

  #tellStatus(session: DesktopSession): void {
    const { links, viewers } = this.#options;
    const link = links.find(session.machineId);
    if (isLive(session.status)) viewers.changed(session);
    else {
      if (link) sendEnd(link, session);
      viewers.ended(session);
    }
    this.#announce(session);
  }

  async #ask(link: AgentLink, session: DesktopSession): Promise<void> {
    const seconds = decideAsk(session, link.desktop, Date.now());
    if (seconds === undefined || !(await markAsked(this.#options.db, session.id))) return;
    const ask: DesktopAsk = {
      session_type: session.sessionType,
      viewer_email: session.viewerEmail,
      expires_in: seconds,
    };
    link.command(identityOf(session), "desktop_ask", ask);
  }

  #sendOffer(link: AgentLink, session: DesktopSession): void {
    if (session.sdpOffer === null) return;
    const offer: DesktopOffer = {
      ...aboutSession(session),
      sdp_offer: session.sdpOffer,
      ice_servers: iceServers(this.#options.ice, session.id, Date.now()).servers,
    };
    link.command(identityOf(session), "desktop_offer", offer);
  }

  async #sendStream(link: AgentLink, session: DesktopSession): Promise<void> {
    if (!isLive(session.status)) return;
    const nodeUrl = await findStreamNode(this.#options.db, session);
    if (nodeUrl === undefined) return;
    const stream: DesktopStream = {
      ...aboutSession(session),
      epoch: session.streamEpoch,
      stream_url: streamUrl(nodeUrl, DESKTOP_STREAM_PATH),
      stream_token: desktopStreamToken(this.#options.streamTokenKey, session.id, session.streamEpoch),
    };
    link.command(identityOf(session), "desktop_stream", stream);
  }

  /** Those who may see the session: its viewer, the machine's owner, administrators and auditors. */
  #announce(session: DesktopSession): void {
    const { viewerUserId, machineOwnerId } = session;
    this.#options.dashboards.publish(
      session.orgId,
      { type: "desktop.changed", session: viewSession(session) },
      ({ userId, role }) =>
        userId === viewerUserId || userId === machineOwnerId || role === "auditor" || isAdminRole(role),
    );
  }

  /** One candidate, or all that there are. */
  async #candidates(session: DesktopSession, side: "viewer" | "agent", id: number | undefined) {
    if (id === undefined) return listCandidates(this.#options.db, session.id, side);
    const [candidate] = await listCandidates(this.#options.db, session.id, side, id - 1);
    return candidate?.id === id ? [candidate] : [];
  }

  async #sendCandidates(link: AgentLink, session: DesktopSession, id?: number): Promise<void> {
    for (const candidate of await this.#candidates(session, "viewer", id)) {
      link.command(identityOf(session), "desktop_candidate", candidate satisfies DesktopCandidate);
    }
  }
}

/** What a viewer of desktops may do; the machine checks it against each command. */
export const DESKTOP_CAPABILITIES = ["desktop"];

const identityOf = ({ id, machineId, viewerUserId }: DesktopSession) => ({
  sessionId: id,
  machineId,
  userId: viewerUserId,
  capabilities: DESKTOP_CAPABILITIES,
});

const aboutSession = ({ sessionType, viewerEmail, consentRequired, consentBy }: DesktopSession) => ({
  session_type: sessionType,
  viewer_email: viewerEmail,
  /** Nobody's name where the person at the machine gave it: the machine remembers that itself. */
  consent: { required: consentRequired, granted_by: consentBy },
});

const reasonOf = (session: DesktopSession | undefined): string =>
  (session?.endReason ?? "the session is over").slice(0, REASON_CHARS);

function sendEnd(link: AgentLink, session: DesktopSession): void {
  link.command(identityOf(session), "desktop_end", { reason: reasonOf(session) } satisfies DesktopEnd);
}
