import { DESKTOP_SETUP_SECONDS, desktopApi, isAdminRole } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import { type ApiCallers, findStanding, type OrgScope, type TargetMachine } from "../access/index.ts";
import { approveConsent, rejectConsent } from "./consent-desktop.ts";
import { currentSession } from "./current-session.ts";
import { mayDo, requireParty } from "./decide-desktop.ts";
import { type DesktopSession, listCandidates, listSessions, viewSession } from "./desktop.store.ts";
import type { DesktopDelivery } from "./desktop-delivery.ts";
import { endDesktop } from "./end-desktop.ts";
import { type IceConfig, iceServers } from "./ice-servers.ts";
import { initiateDesktop } from "./initiate-desktop.ts";
import {
  addCandidate,
  answerDesktop,
  connectDesktop,
  offerDesktop,
  partyOf,
  requireSession,
  requireSignalling,
  type Speaker,
} from "./signal-desktop.ts";
import { terminateDesktops } from "./terminate-desktops.ts";

export function bindDesktop(
  bind: EndpointBinder<ApiCallers>,
  {
    db,
    delivery,
    ice,
    findTarget,
  }: {
    db: Database;
    delivery: DesktopDelivery;
    ice: IceConfig;
    findTarget(scope: OrgScope, machineId: string): Promise<TargetMachine | undefined>;
  },
): void {
  const tellEnd = (session: DesktopSession) => delivery.tellEnd(session);
  const candidate = async (speaker: Speaker, value: Parameters<typeof addCandidate>[2]) => {
    const { session, candidateId } = await addCandidate(db, speaker, value);
    delivery.tell(session, { news: `${speaker.side}_candidate`, candidate_id: candidateId });
    return answerOf(session);
  };
  const current = (scope: OrgScope, sessionId: string) => currentSession({ db, tellEnd }, scope, sessionId);

  bind.actions(desktopApi, {
    initiate: async ({ input, ...by }) => {
      const { session, machine, expired } = await initiateDesktop({ db, findTarget }, by, input);
      if (expired) tellEnd(expired);
      delivery.tell(session, { news: "ask" });
      return {
        session_id: session.id,
        machine_name: machine.name,
        tailnet_ip: machine.address,
        session_type: session.sessionType,
        status: session.status,
        consent_required: session.consentRequired,
        consent_granted: session.consentGranted,
        expires_in: DESKTOP_SETUP_SECONDS,
      };
    },

    ice_servers: async ({ input, ...by }) => {
      const session = await current(by.scope, input.session_id);
      await requireSignalling(db, by, session);
      const { servers, expiresIn } = iceServers(ice, session.id, Date.now());
      return { ice_servers: servers, expires_in: expiresIn };
    },

    offer: async ({ input, ...by }) => {
      await current(by.scope, input.session_id);
      const session = await offerDesktop(db, by, input.session_id, input.sdp_offer);
      delivery.tell(session, { news: "offer" });
      return answerOf(session);
    },

    answer: async ({ input, actor: node }) => {
      const session = await answerDesktop(db, node, input.session_id, input.sdp_answer);
      delivery.tell(session, { news: "answer" });
      return answerOf(session);
    },

    viewer_ice_candidate: ({ input, ...by }) =>
      candidate({ side: "viewer", by, sessionId: input.session_id }, input.candidate),

    agent_ice_candidate: ({ input, actor: node }) =>
      candidate({ side: "agent", node, sessionId: input.session_id }, input.candidate),

    connected: async ({ input, ...by }) => {
      await current(by.scope, input.session_id);
      const session = await connectDesktop(db, by, input.session_id);
      delivery.tell(session, { news: "status" });
      return { ...answerOf(session), started_at: session.startedAt?.toISOString() ?? "" };
    },

    status: async ({ input, ...by }) => {
      const session = await current(by.scope, input.session_id);
      const seesAll = mayDo("see_descriptions", await partyOf(db, by, session));
      return {
        session: {
          ...viewSession(session),
          sdp_offer: seesAll ? session.sdpOffer : null,
          sdp_answer: seesAll ? session.sdpAnswer : null,
        },
        agent_candidates: seesAll ? await listCandidates(db, session.id, "agent") : [],
      };
    },

    list: async ({ input: { machine_id, status, limit }, scope, actor }) => {
      const { role } = await findStanding(db, scope.orgId, actor);
      const seesAll = isAdminRole(role) || role === "auditor";
      const filter = { machineId: machine_id, status, limit, ...(!seesAll && { onlyFor: actor.userId }) };
      return { sessions: (await listSessions(db, scope, filter)).map(viewSession) };
    },

    disconnect: async ({ input, ...by }) => {
      const session = await requireSession(db, by.scope, input.session_id);
      requireParty("disconnect", await partyOf(db, by, session));
      const ending = { how: "disconnected", reason: "disconnected", actorId: by.actor.userId } as const;
      await endDesktop(db, tellEnd, session.id, { ...ending, ipAddress: by.ipAddress });
      // One that had ended before says how.
      const ended = await requireSession(db, by.scope, session.id);
      return { ...answerOf(ended), duration_seconds: ended.durationSeconds };
    },

    terminate: async ({ input, ...by }) => ({
      terminated_count: await terminateDesktops({ db, tellEnd, findTarget }, by, input),
    }),

    approve_consent: async ({ input, ...by }) => {
      await current(by.scope, input.session_id);
      const session = await approveConsent(db, by, input.session_id);
      delivery.tell(session, { news: "status" });
      return { session_id: session.id, consent_granted: true } as const;
    },

    reject_consent: async ({ input, ...by }) => {
      const session = await rejectConsent(db, by, input.session_id);
      delivery.tellEnd(session);
      return { session_id: session.id, status: "rejected" } as const;
    },
  });
}

const answerOf = ({ id, status }: DesktopSession) => ({ session_id: id, status });
