/**
 * Ends desktop sessions that may not go on: their right is gone, their sign-in, their machine; or they were not
 * connected in time. At once when something is known to have changed, and every few seconds for changes that nobody
 * announced (SQL, another node).
 */
import { DESKTOP_SETUP_SECONDS, REASON_CHARS } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { Rounds } from "../../platform/rounds.ts";
import { askAccess, vouchForOrg } from "../access/index.ts";
import { isSignInAlive } from "../auth/index.ts";
import type { ConsentOutcome, Refusal } from "../link/index.ts";
import { decideSessionsOff, findMachineById } from "../machines/index.ts";
import { consentByMachine } from "./consent-by-machine.ts";
import { isLive } from "./decide-desktop.ts";
import { decideLostDesktop } from "./decide-lost-desktop.ts";
import { type DesktopSession, findLiveSessions, findOverdue, findSessionById, updateSession } from "./desktop.store.ts";
import type { DesktopDelivery } from "./desktop-delivery.ts";
import type { DesktopStreams } from "./desktop-streams.ts";
import { endDesktop, recordDesktopEnd } from "./end-desktop.ts";
import { EXPIRY } from "./initiate-desktop.ts";

const SWEEP_EVERY_MS = 5_000;

export interface DesktopWatchOptions {
  db: Database;
  logger: Logger;
  delivery: DesktopDelivery;
  streams: DesktopStreams;
  /** How long a session waits for a machine that is away. */
  graceSeconds: number;
}

export class DesktopWatch {
  readonly #options: DesktopWatchOptions;
  #rounds: Rounds | undefined;

  constructor(options: DesktopWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { logger } = this.#options;
    this.#rounds = new Rounds(SWEEP_EVERY_MS, () => this.#sweep(), { logger, what: "looking after desktop sessions" });
  }

  async stop(): Promise<void> {
    await this.#rounds?.stop();
  }

  /** Ends those sessions, of an organisation, a machine, a sign-in or all, that stand on nothing any more. */
  async recheck(which: { orgId?: string; machineId?: string; signInId?: string } = {}): Promise<void> {
    const { db, logger } = this.#options;
    try {
      for (const session of await findLiveSessions(db, which)) await this.#judge(session);
    } catch (error) {
      // A database that is away must not end sessions; the next round looks again.
      logger.warn({ err: error }, "the rights of desktop sessions could not be checked");
    }
  }

  /** One that cannot be judged now does not keep the others from it. */
  async #judge(session: DesktopSession): Promise<void> {
    const { db, logger, graceSeconds } = this.#options;
    try {
      const reason = await lostRight(db, session, graceSeconds);
      if (reason !== undefined) await this.#end(session.id, reason);
    } catch (error) {
      logger.warn({ err: error, session_id: session.id }, "the right to a desktop session could not be checked");
    }
  }

  /**
   * Ends a machine's sessions in the transaction that deletes it, while there is something to record them for. Call
   * what it returns after the commit.
   */
  async endWithMachine(tx: Queryable, machineId: string): Promise<() => void> {
    const reason = "the machine was deleted";
    const ended: DesktopSession[] = [];
    for (const { id } of await findLiveSessions(tx, { machineId })) {
      const session = await recordDesktopEnd(tx, id, { how: "disconnected", reason, actorId: null, ipAddress: null });
      if (session) ended.push(session);
    }
    return () => {
      for (const session of ended) this.#options.delivery.tellEnd(session);
    };
  }

  /** A machine said that it does not show its desktop: the viewer is told why; only its own sessions are its to refuse. */
  async refused(machineId: string, { sessionId, code, reason, epoch }: Refusal): Promise<void> {
    const { db, delivery } = this.#options;
    const session = await this.#ownSession(machineId, sessionId);
    if (!session) return;
    // Of a viewer's socket that is not the last one any more.
    if (code === "STALE_EPOCH" || (epoch !== undefined && epoch < session.streamEpoch)) return;
    await updateSession(db, vouchForOrg(session.orgId), session.id, { refusal: words(reason) });
    delivery.tell(session, { news: "status" });
  }

  /** The person at the machine has answered, or nobody has. */
  async consented(machineId: string, sessionId: string, outcome: ConsentOutcome): Promise<void> {
    const { db, delivery } = this.#options;
    const session = await consentByMachine(db, machineId, sessionId, outcome);
    if (!session) return;
    if (isLive(session.status)) delivery.tell(session, { news: "status" });
    else delivery.tellEnd(session);
  }

  /** The machine shows a session no more: the person at it ended it, or something there broke. */
  async endedByMachine(
    machineId: string,
    sessionId: string,
    { byPerson, reason }: { byPerson: boolean; reason: string },
  ): Promise<void> {
    const { db, delivery } = this.#options;
    if (!(await this.#ownSession(machineId, sessionId))) return;
    const said = words(reason);
    await endDesktop(db, (session) => delivery.tellEnd(session), sessionId, {
      how: "disconnected",
      reason: byPerson ? "ended at the machine" : `ended at the machine: ${said}`.slice(0, REASON_CHARS),
      actorId: null,
      ipAddress: null,
      metadata: { by: byPerson ? "the person at the machine" : "machine", machine_reason: said },
    });
  }

  async #ownSession(machineId: string, sessionId: string | null): Promise<DesktopSession | undefined> {
    const session = sessionId === null ? undefined : await findSessionById(this.#options.db, sessionId);
    return session?.machineId === machineId && isLive(session.status) ? session : undefined;
  }

  async #end(sessionId: string, reason: string): Promise<void> {
    const { db, delivery } = this.#options;
    const ending = { how: "disconnected", reason, actorId: null, ipAddress: null } as const;
    await endDesktop(db, (session) => delivery.tellEnd(session), sessionId, ending);
  }

  async #sweep(): Promise<void> {
    const { db, delivery, streams } = this.#options;
    await this.recheck();
    await streams.recheck();
    await delivery.askLate();
    for (const id of await findOverdue(db, DESKTOP_SETUP_SECONDS)) {
      await endDesktop(db, (session) => delivery.tellEnd(session), id, EXPIRY);
    }
  }
}

/** What a machine said, as a row can hold it. */
const words = (reason: string): string => reason.slice(0, REASON_CHARS).replaceAll("\0", "\ufffd");

/** Why a live session may not go on; undefined when it may. */
async function lostRight(db: Queryable, session: DesktopSession, graceSeconds: number): Promise<string | undefined> {
  const scope = vouchForOrg(session.orgId);
  const machine = await findMachineById(db, session.machineId);
  if (!machine) return "the machine was deleted";
  const silentMs = Date.now() - (machine.lastSeen?.getTime() ?? Date.now());
  if (machine.status === "offline" && silentMs > graceSeconds * 1_000) return "the machine did not come back";
  const decision = await askAccess(db, {
    scope,
    verb: `desktop-${session.sessionType}`,
    userId: session.viewerUserId,
    // What a key is good for does not change while it is good.
    limits: null,
    // A machine that is silent for a while has not lost anything: the picture goes past the control plane.
    machine: {
      ...machine,
      address: machine.tailnetIp,
      isOnline: true,
      sessionEnabled: decideSessionsOff(machine) === undefined,
    },
    viewerMachineId: session.viewerMachineId,
    consentRequired: session.consentRequired,
  });
  return decideLostDesktop({
    decision,
    consentRequired: session.consentRequired,
    machine,
    isSignedIn: await isSignInAlive(db, session.signInId, session.viewerUserId),
  });
}
