import type { Database } from "../../platform/db/database.ts";
import { requireConsentOpen, requireParty } from "./decide-desktop.ts";
import { type DesktopSession, updateSession } from "./desktop.store.ts";
import { recordDesktopEnd, recordDesktopEvent } from "./end-desktop.ts";
import type { By } from "./initiate-desktop.ts";
import { partyOf, requireLocked, requireSession, stateOf } from "./signal-desktop.ts";

/**
 * The machine's owner or an administrator consents. Of an approval and a refusal at once, a refusal is what remains:
 * after it there is nothing to approve, and an approval can be taken back.
 *
 * @throws AppError `NOT_FOUND`, `FORBIDDEN`, `NO_CONSENT_NEEDED`, `INVALID_STATE`
 */
export function approveConsent(db: Database, by: By, sessionId: string): Promise<DesktopSession> {
  return db.transaction(async (tx) => {
    const session = await requireLocked(tx, by.scope, sessionId);
    requireParty("approve_consent", await partyOf(tx, by, session));
    requireConsentOpen(stateOf(session));
    if (session.consentGranted === true) return session;
    const { actor, ipAddress } = by;
    await updateSession(tx, by.scope, session.id, { consentGranted: true, consentBy: actor.userId, refusal: null });
    await recordDesktopEvent(tx, session, "remote.desktop_consent_approved", { actorId: actor.userId, ipAddress });
    return requireSession(tx, by.scope, session.id);
  });
}

/**
 * The machine's owner or an administrator refuses: the session ends as rejected (RD-018).
 *
 * @throws AppError `NOT_FOUND`, `FORBIDDEN`, `NO_CONSENT_NEEDED`, `INVALID_STATE`
 */
export function rejectConsent(db: Database, by: By, sessionId: string): Promise<DesktopSession> {
  return db.transaction(async (tx) => {
    const session = await requireLocked(tx, by.scope, sessionId);
    requireParty("reject_consent", await partyOf(tx, by, session));
    requireConsentOpen(stateOf(session));
    const { actor, ipAddress } = by;
    await updateSession(tx, by.scope, session.id, { consentGranted: false, consentBy: actor.userId });
    const ending = { how: "rejected", reason: "consent was refused", actorId: actor.userId, ipAddress } as const;
    const ended = await recordDesktopEnd(tx, session.id, ending);
    if (!ended) throw new Error("invariant: a locked live session had ended");
    return ended;
  });
}
