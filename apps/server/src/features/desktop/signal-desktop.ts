/** The steps of signalling: descriptions, candidates, and that the picture is there. */
import { AppError, DESKTOP_SETUP_SECONDS, ICE_CANDIDATES_PER_SIDE, type IceCandidate } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { findStanding, type NodeActor, type OrgScope } from "../access/index.ts";
import { type DesktopParty, nextStatus, requireParty } from "./decide-desktop.ts";
import {
  countCandidates,
  type DesktopSession,
  deleteCandidates,
  findSession,
  insertCandidate,
  isOverdue,
  lockSession,
  updateSession,
} from "./desktop.store.ts";
import { recordDesktopEvent } from "./end-desktop.ts";
import { requireCandidate, requireDescription } from "./ice-candidate.ts";
import type { By } from "./initiate-desktop.ts";

/** Which session, and which side speaks. */
export type Speaker =
  | { side: "viewer"; by: By; sessionId: string }
  | { side: "agent"; node: NodeActor; sessionId: string };

/**
 * The viewer's description. The same one again changes nothing, so that an answer that was lost can be asked for again;
 * another one starts anew.
 *
 * @throws AppError `NOT_FOUND`, `FORBIDDEN`, `INVALID_STATE`, `CONSENT_PENDING`, `INVALID_INPUT`
 */
export function offerDesktop(db: Database, by: By, sessionId: string, sdpOffer: string): Promise<DesktopSession> {
  return step(db, { side: "viewer", by, sessionId }, "offer", async (tx, session) => {
    requireDescription(sdpOffer);
    const status = nextStatus(stateOf(session), "offer");
    if (session.sdpOffer === sdpOffer) return;
    if (session.sdpOffer !== null) await deleteCandidates(tx, session.id);
    await updateSession(tx, by.scope, session.id, { status, sdpOffer, sdpAnswer: null, refusal: null });
  });
}

/**
 * The machine's description.
 *
 * @throws AppError `NOT_FOUND`, `FORBIDDEN` for another machine's session, `INVALID_STATE`, `CONSENT_PENDING`
 */
export function answerDesktop(
  db: Database,
  node: NodeActor,
  sessionId: string,
  sdpAnswer: string,
): Promise<DesktopSession> {
  return step(db, { side: "agent", node, sessionId }, "answer", async (tx, session) => {
    requireDescription(sdpAnswer);
    const status = nextStatus(stateOf(session), "answer");
    await updateSession(tx, node.scope, session.id, { status, sdpAnswer, refusal: null });
  });
}

/**
 * One address of either side.
 *
 * @returns the session, and the candidate's number
 * @throws AppError like the others, and `INVALID_INPUT` for one that is none, or one too many
 */
export async function addCandidate(
  db: Database,
  speaker: Speaker,
  candidate: IceCandidate,
): Promise<{ session: DesktopSession; candidateId: number }> {
  let candidateId = 0;
  const session = await step(db, speaker, "candidate", async (tx, current) => {
    requireCandidate(candidate.candidate);
    nextStatus(stateOf(current), "candidate");
    if ((await countCandidates(tx, current.id, speaker.side)) >= ICE_CANDIDATES_PER_SIDE) {
      throw new AppError("INVALID_INPUT", { reason: `candidate: at most ${ICE_CANDIDATES_PER_SIDE} are taken` });
    }
    candidateId = await insertCandidate(tx, { sessionId: current.id, side: speaker.side, candidate });
  });
  return { session, candidateId };
}

/**
 * The viewer sees the desktop: it counts as active from now on (RD-100). Saying so again changes nothing.
 *
 * @throws AppError `NOT_FOUND`, `FORBIDDEN`, `INVALID_STATE`, `CONSENT_PENDING`
 */
export function connectDesktop(db: Database, by: By, sessionId: string): Promise<DesktopSession> {
  return step(db, { side: "viewer", by, sessionId }, "connect", async (tx, session) => {
    const status = nextStatus(stateOf(session), "connect");
    if (session.status === status) return;
    await updateSession(tx, by.scope, session.id, { status, isStarted: true });
    const { actor, ipAddress } = by;
    await recordDesktopEvent(tx, session, "remote.desktop_connected", { actorId: actor.userId, ipAddress });
  });
}

/**
 * Whether somebody may bring this desktop nearer now: what an offer would be asked.
 *
 * @throws AppError `FORBIDDEN`, `INVALID_STATE`, `CONSENT_PENDING`
 */
export async function requireSignalling(db: Queryable, by: By, session: DesktopSession): Promise<void> {
  requireParty("candidate", await partyOf(db, by, session));
  nextStatus(stateOf(session), "candidate");
}

/** Does one thing to a session of which nobody changes anything meanwhile, and returns it as it is then. */
async function step(
  db: Database,
  speaker: Speaker,
  what: "offer" | "answer" | "candidate" | "connect",
  act: (tx: Queryable, session: DesktopSession) => Promise<void>,
): Promise<DesktopSession> {
  const scope = speaker.side === "viewer" ? speaker.by.scope : speaker.node.scope;
  return db.transaction(async (tx) => {
    const session = await requireLocked(tx, scope, speaker.sessionId);
    if (speaker.side === "agent") {
      if (session.machineId !== speaker.node.machineId) {
        throw new AppError("FORBIDDEN", { reason: "This is not the node key of the session's machine" });
      }
    } else if (what !== "answer") requireParty(what, await partyOf(tx, speaker.by, session));
    if (await isOverdue(tx, DESKTOP_SETUP_SECONDS, session.id)) {
      throw new AppError("INVALID_STATE", { status: "expired", expected: "live" });
    }
    await act(tx, session);
    return requireSession(tx, scope, session.id);
  });
}

/** @throws AppError `NOT_FOUND` */
export async function requireSession(db: Queryable, scope: OrgScope, sessionId: string): Promise<DesktopSession> {
  const session = await findSession(db, scope, sessionId);
  if (!session) throw new AppError("NOT_FOUND", { what: "Session" });
  return session;
}

/** @throws AppError `NOT_FOUND` */
export async function requireLocked(tx: Queryable, scope: OrgScope, sessionId: string): Promise<DesktopSession> {
  if (!(await lockSession(tx, scope, sessionId))) throw new AppError("NOT_FOUND", { what: "Session" });
  return requireSession(tx, scope, sessionId);
}

/** What somebody is to a session. */
export async function partyOf(db: Queryable, { actor, scope }: By, session: DesktopSession): Promise<DesktopParty> {
  const { role } = await findStanding(db, scope.orgId, actor);
  return {
    role,
    isViewer: session.viewerUserId === actor.userId,
    isMachineOwner: session.machineOwnerId === actor.userId,
  };
}

export const stateOf = ({ status, consentRequired, consentGranted, sdpOffer }: DesktopSession) => ({
  status,
  consentRequired,
  consentGranted,
  hasOffer: sdpOffer !== null,
});
