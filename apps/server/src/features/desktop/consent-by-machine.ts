import { DESKTOP_SETUP_SECONDS } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { vouchForOrg } from "../access/index.ts";
import type { ConsentOutcome } from "../link/index.ts";
import { decideAnswer } from "./decide-machine-consent.ts";
import { type DesktopSession, findSessionById, isOverdue, lockSession, updateSession } from "./desktop.store.ts";
import { recordDesktopEnd, recordDesktopEvent } from "./end-desktop.ts";

/** Whose decision it was, where it was no account's. */
const BY_MACHINE = { by: "machine" };
const NOBODY = { actorId: null, ipAddress: null };

/**
 * The person at the machine has decided, or nobody has. Only a machine's own sessions are its to decide about.
 *
 * @returns the session as it is then; undefined when nothing has changed
 */
export async function consentByMachine(
  db: Database,
  machineId: string,
  sessionId: string,
  outcome: ConsentOutcome,
): Promise<DesktopSession | undefined> {
  return db.transaction(async (tx) => {
    const session = await lockOwn(tx, machineId, sessionId);
    if (!session) return undefined;
    const scope = vouchForOrg(session.orgId);
    const after = decideAnswer({ ...session, wasAsked: session.askedAt !== null }, outcome);
    switch (after.act) {
      case "approve":
        await updateSession(tx, scope, session.id, { consentGranted: true, consentBy: null, refusal: null });
        await recordDesktopEvent(tx, session, "remote.desktop_consent_approved", NOBODY, BY_MACHINE);
        return findSessionById(tx, session.id);
      case "reject":
        await updateSession(tx, scope, session.id, { consentGranted: false, consentBy: null });
        return recordDesktopEnd(tx, session.id, {
          how: "rejected",
          reason: "the person at the machine refused",
          ...NOBODY,
          metadata: BY_MACHINE,
        });
      case "tell":
        await updateSession(tx, scope, session.id, { refusal: after.reason });
        return findSessionById(tx, session.id);
      case "ignore":
        return undefined;
      default:
        return after satisfies never;
    }
  });
}

/** The session as nobody changes it meanwhile; undefined when it is not this machine's, or its time is over. */
async function lockOwn(tx: Queryable, machineId: string, sessionId: string): Promise<DesktopSession | undefined> {
  const found = await findSessionById(tx, sessionId);
  if (found?.machineId !== machineId) return undefined;
  await lockSession(tx, vouchForOrg(found.orgId), sessionId);
  if (await isOverdue(tx, DESKTOP_SETUP_SECONDS, sessionId)) return undefined;
  return findSessionById(tx, sessionId);
}
