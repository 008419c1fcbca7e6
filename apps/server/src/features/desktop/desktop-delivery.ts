/**
 * Brings what happens to a desktop session to those it is for: offers, viewer's candidates and the end to its machine;
 * answers and the machine's candidates to its viewer; every change to those who may see it. At once, on whichever node
 * they are; what nobody was there to hear is in the row, which `status` and the machine's next hello read.
 *
 * Invariant: of one session, one piece of news is delivered after the other, so that candidates keep their order.
 */
import type { DashboardEvent, DesktopCandidate, DesktopEnd, DesktopOffer } from "@sallyport/protocol";
import { isAdminRole, REASON_CHARS } from "@sallyport/protocol";
import type { MessageBus, Signal } from "../../platform/bus/message-bus.ts";
import type { Database } from "../../platform/db/database.ts";
import { KeyedQueue } from "../../platform/keyed-queue.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Dashboards } from "../dashboard/index.ts";
import type { AgentLink, LinkRegistry } from "../link/index.ts";
import { isLive } from "./decide-desktop.ts";
import {
  type DesktopSession,
  findLiveSessions,
  findSessionById,
  listCandidates,
  viewSession,
} from "./desktop.store.ts";

export type DesktopNews = Omit<Extract<Signal, { type: "desktop" }>, "type" | "org_id" | "session_id">;

export interface DesktopDeliveryOptions {
  db: Database;
  logger: Logger;
  links: LinkRegistry;
  dashboards: Dashboards;
  bus: MessageBus;
}

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

  /** A machine is linked (again): it hears of every session that waits for it. */
  async machineLinked(link: AgentLink): Promise<void> {
    for (const { id } of await findLiveSessions(this.#options.db, { machineId: link.machineId })) {
      await this.#queue.run(id, async () => {
        // As it is when its turn comes: an end that was delivered meanwhile must stay the last word.
        const session = await findSessionById(this.#options.db, id);
        if (!session || !isLive(session.status)) return;
        sendOffer(link, session);
        await this.#sendCandidates(link, session);
      });
    }
  }

  async #deliver(sessionId: string, { news, candidate_id: candidateId }: DesktopNews): Promise<void> {
    const { db, links, dashboards } = this.#options;
    const session = await findSessionById(db, sessionId);
    if (!session) return;
    const link = links.find(session.machineId);
    const toViewer = (event: DashboardEvent) =>
      dashboards.publish(session.orgId, event, ({ userId }) => userId === session.viewerUserId);
    switch (news) {
      case "offer":
        if (link && isLive(session.status)) sendOffer(link, session);
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
    const link = this.#options.links.find(session.machineId);
    if (link && !isLive(session.status)) sendEnd(link, session);
    this.#announce(session);
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
const CAPABILITIES = ["desktop"];

const identityOf = ({ id, machineId, viewerUserId }: DesktopSession) => ({
  sessionId: id,
  machineId,
  userId: viewerUserId,
  capabilities: CAPABILITIES,
});

function sendOffer(link: AgentLink, session: DesktopSession): void {
  if (session.sdpOffer === null) return;
  const offer: DesktopOffer = {
    session_type: session.sessionType,
    viewer_email: session.viewerEmail,
    sdp_offer: session.sdpOffer,
    consent: { required: session.consentRequired, granted_by: session.consentBy },
  };
  link.command(identityOf(session), "desktop_offer", offer);
}

function sendEnd(link: AgentLink, session: DesktopSession): void {
  const end: DesktopEnd = { reason: (session.endReason ?? session.status).slice(0, REASON_CHARS) };
  link.command(identityOf(session), "desktop_end", end);
}
