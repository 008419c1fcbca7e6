import { DESKTOP_SETUP_SECONDS } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { OrgScope } from "../access/index.ts";
import { type DesktopSession, isOverdue } from "./desktop.store.ts";
import { endDesktop } from "./end-desktop.ts";
import { EXPIRY } from "./initiate-desktop.ts";
import { requireSession } from "./signal-desktop.ts";

/**
 * A session, ended if it was not connected in time, whether or not the watch has seen it yet.
 *
 * @throws AppError `NOT_FOUND`
 */
export async function currentSession(
  { db, tellEnd }: { db: Database; tellEnd(session: DesktopSession): void },
  scope: OrgScope,
  sessionId: string,
): Promise<DesktopSession> {
  const session = await requireSession(db, scope, sessionId);
  if (!(await isOverdue(db, DESKTOP_SETUP_SECONDS, session.id))) return session;
  await endDesktop(db, tellEnd, session.id, EXPIRY);
  return requireSession(db, scope, session.id);
}
