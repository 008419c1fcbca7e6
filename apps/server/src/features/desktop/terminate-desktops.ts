import { AppError } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { OrgScope, TargetMachine } from "../access/index.ts";
import { type DesktopSession, findLiveSessions } from "./desktop.store.ts";
import { recordDesktopEnd } from "./end-desktop.ts";
import type { By } from "./initiate-desktop.ts";
import { requireSession } from "./signal-desktop.ts";

/**
 * Ends one session, or all on a machine; each with an audit row of its own. Resolves to how many were live.
 *
 * @throws AppError `MISSING_FIELDS` when neither is named, `NOT_FOUND`
 */
export async function terminateDesktops(
  {
    db,
    tellEnd,
    findTarget,
  }: {
    db: Database;
    tellEnd(session: DesktopSession): void;
    findTarget(scope: OrgScope, machineId: string): Promise<TargetMachine | undefined>;
  },
  { actor, scope, ipAddress }: By,
  {
    session_id: sessionId,
    machine_id: machineId,
  }: { session_id?: string | undefined; machine_id?: string | undefined },
): Promise<number> {
  if (sessionId === undefined && machineId === undefined) {
    throw new AppError("MISSING_FIELDS", { field: "session_id or machine_id" });
  }
  const one = sessionId === undefined ? undefined : await requireSession(db, scope, sessionId);
  if (machineId !== undefined && !(await findTarget(scope, machineId))) {
    throw new AppError("NOT_FOUND", { what: "Machine" });
  }
  const ended = await db.transaction(async (tx) => {
    const ids = one ? [one] : await findLiveSessions(tx, { orgId: scope.orgId, ...(machineId && { machineId }) });
    const all: DesktopSession[] = [];
    for (const { id, machineId: on } of ids) {
      if (machineId !== undefined && on !== machineId) continue;
      const reason = "terminated by an administrator";
      const session = await recordDesktopEnd(tx, id, { how: "terminated", reason, actorId: actor.userId, ipAddress });
      if (session) all.push(session);
    }
    return all;
  });
  for (const session of ended) tellEnd(session);
  return ended.length;
}
