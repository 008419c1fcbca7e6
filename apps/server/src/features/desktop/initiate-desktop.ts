import { AppError, DESKTOP_SETUP_SECONDS, type DesktopSessionType } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { type Actor, askAccess, type OrgScope, refusalOf, type TargetMachine } from "../access/index.ts";
import { findMachineById } from "../machines/index.ts";
import { type DesktopSession, findLiveSessionOf, findSession, isOverdue, tryInsertSession } from "./desktop.store.ts";
import { recordDesktopEnd, recordDesktopEvent } from "./end-desktop.ts";

export interface By {
  actor: Actor;
  scope: OrgScope;
  ipAddress: string;
}

export interface InitiateDeps {
  db: Database;
  findTarget(scope: OrgScope, machineId: string): Promise<TargetMachine | undefined>;
}

/**
 * Makes a session, if the caller may have one (RD-009 to RD-015).
 *
 * @returns the new session, and one of the same viewer that was still waiting but had expired
 * @throws AppError `NOT_FOUND` for a machine, or a machine of the viewer, that is not the organisation's
 * @throws AppError `FORBIDDEN`, `ACL_DENIED`, `MACHINE_OFFLINE`
 * @throws AppError `SESSION_EXISTS` with the live session's id
 */
export async function initiateDesktop(
  { db, findTarget }: InitiateDeps,
  { actor, scope, ipAddress }: By,
  input: {
    machine_id: string;
    session_type: DesktopSessionType;
    viewer_machine_id?: string | undefined;
    consent_required?: boolean | undefined;
  },
): Promise<{ session: DesktopSession; machine: TargetMachine; expired: DesktopSession | undefined }> {
  const machine = await findTarget(scope, input.machine_id);
  if (!machine) throw new AppError("NOT_FOUND", { what: "Machine" });
  const viewer = input.viewer_machine_id === undefined ? null : await findTarget(scope, input.viewer_machine_id);
  if (viewer === undefined) throw new AppError("NOT_FOUND", { what: "Viewer machine" });
  const decision = await askAccess(db, {
    scope,
    verb: `desktop-${input.session_type}`,
    userId: actor.userId,
    limits: actor.limits,
    machine,
    viewerMachineId: viewer?.id ?? null,
    consentRequired: input.consent_required,
  });
  if (!decision.allowed) throw refusalOf(decision, "remote desktop");
  return db.transaction(async (tx) => {
    const expired = await expireWaiting(tx, scope, { viewerUserId: actor.userId, machineId: machine.id });
    const row = await tryInsertSession(tx, scope, {
      machineId: machine.id,
      viewerUserId: actor.userId,
      viewerMachineId: viewer?.id ?? null,
      sessionType: input.session_type,
      consentRequired: decision.consentRequired,
      signInId: actor.signInId,
      ipAddress,
      // It may still start a screen for an offer; the viewer knows beforehand that there was none.
      refusal: (await findMachineById(tx, machine.id))?.desktopUnavailable ?? null,
    });
    if (!row) {
      const live = await findLiveSessionOf(tx, scope, { viewerUserId: actor.userId, machineId: machine.id });
      if (live === undefined) throw new AppError("INVALID_STATE", { status: "ending", expected: "over; try again" });
      throw new AppError("SESSION_EXISTS", { session_id: live });
    }
    const session = await findSession(tx, scope, row.id);
    if (!session) throw new Error("invariant: a session that was just made is gone");
    await recordDesktopEvent(
      tx,
      session,
      "remote.desktop_initiated",
      { actorId: actor.userId, ipAddress },
      {
        consent_required: decision.consentRequired,
        ...(input.consent_required !== undefined && { consent_required_asked: input.consent_required }),
        ...(viewer && { viewer_machine_id: viewer.id }),
        ...(decision.rules?.rule && { acl_rule_id: decision.rules.rule.id }),
      },
    );
    return { session, machine, expired };
  });
}

/** One that was not connected in time is over, whether or not the watch has seen it yet. */
async function expireWaiting(
  tx: Queryable,
  scope: OrgScope,
  of: { viewerUserId: string; machineId: string },
): Promise<DesktopSession | undefined> {
  const live = await findLiveSessionOf(tx, scope, of);
  if (live === undefined || !(await isOverdue(tx, DESKTOP_SETUP_SECONDS, live))) return undefined;
  return recordDesktopEnd(tx, live, EXPIRY);
}

export const EXPIRY = {
  how: "expired",
  reason: `it was not connected within ${DESKTOP_SETUP_SECONDS} seconds`,
  actorId: null,
  ipAddress: null,
} as const;
