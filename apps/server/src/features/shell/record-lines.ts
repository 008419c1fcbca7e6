import type { Database } from "../../platform/db/database.ts";
import { recordEvents } from "../audit/index.ts";
import type { ViewerRequest } from "./begin-sessions.ts";
import { TypedLines } from "./typed-lines.ts";

/**
 * Records the commands in what is typed to a shell without a terminal (GK-069). Rejects when they cannot be, and then
 * they must not run.
 */
export function lineRecorder(
  db: Database,
  { actor, scope, machine, ipAddress }: ViewerRequest,
  sessionId: string,
): (bytes: Buffer) => Promise<void> {
  const typed = new TypedLines();
  const about = {
    orgId: scope.orgId,
    resourceType: "machine",
    resourceId: machine.id,
    actorId: actor.userId,
    ipAddress,
  };
  return async (bytes) => {
    const lines = typed.read(bytes);
    if (!lines) throw new Error("what was typed is no stream of records");
    const events = lines.map((command) => ({
      action: "session.command" as const,
      ...about,
      metadata: { machine_name: machine.name, session_id: sessionId, command },
    }));
    if (events.length > 0) await db.transaction((tx) => recordEvents(tx, events));
  };
}
