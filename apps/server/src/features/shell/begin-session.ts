import { AppError, type TerminalSize } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import type { Machine } from "../machines/index.ts";
import { beginningOf, type SessionProgram } from "./session-program.ts";
import { findFullLimit, insertSession } from "./sessions.store.ts";

/** Who wants to see a session, and how. */
export interface ViewerRequest {
  actor: Actor;
  scope: OrgScope;
  machine: Machine;
  ipAddress: string;
  size: TerminalSize;
  /** What only this window knows; undefined for a viewer that cannot come back. */
  reattachToken: string | undefined;
}

/**
 * Makes the row of a new session, and its record, in the caller's transaction.
 *
 * @throws AppError `TOO_MANY_SESSIONS`
 */
export async function beginSession(
  tx: Queryable,
  { actor, scope, machine, ipAddress, size, reattachToken }: ViewerRequest,
  {
    id,
    nodeId,
    openedWith,
    ...start
  }: SessionProgram & {
    id: string;
    nodeId: string /** Hash of the token that was spent. */;
    openedWith: string | null;
  },
): Promise<void> {
  const who = { userId: actor.userId, machineId: machine.id };
  const full = await findFullLimit(tx, { ...who, kind: start.kind });
  if (full) throw new AppError("TOO_MANY_SESSIONS", full);
  const reattachHash = reattachToken === undefined ? null : hashSecret(reattachToken);
  const attachment = { nodeId, signInId: actor.signInId, reattachHash, ipAddress, size, have: 0 };
  await insertSession(tx, scope, { id, openedWith, attachment, ...who, ...start });
  const event = beginningOf(start);
  if (!event) return;
  await recordEvent(tx, {
    action: event.action,
    orgId: scope.orgId,
    resourceType: "machine",
    resourceId: machine.id,
    actorId: actor.userId,
    metadata: { machine_name: machine.name, session_id: id, ...event.metadata },
    ipAddress,
  });
}
