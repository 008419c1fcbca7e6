import { AppError, shellApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import type { ApiCallers } from "../access/index.ts";
import { createSession } from "./create-session.ts";
import type { SessionAuthority } from "./session-authority.ts";
import { findSession, listSessions } from "./sessions.store.ts";

export function bindShell(
  bind: EndpointBinder<ApiCallers>,
  {
    db,
    authority,
    heartbeatTimeoutSeconds,
  }: { db: Database; authority: SessionAuthority; heartbeatTimeoutSeconds: number },
): void {
  bind.actions(shellApi, {
    create_session: ({ input, ...by }) =>
      createSession(db, { ...by, machineId: input.machine_id, heartbeatTimeoutSeconds }),

    list_sessions: async ({ input: { machine_id, status }, scope }) => ({
      sessions: await listSessions(db, scope, { machineId: machine_id, status }),
    }),

    session_status: async ({ input: { session_id, reattach_token }, scope, actor }) => {
      const row = await findSession(db, scope, session_id);
      const [session] = await listSessions(db, scope, { id: session_id });
      if (!row || !session) throw new AppError("NOT_FOUND", { what: "Session" });
      const isOver = row.status !== "active" || row.userId !== actor.userId;
      const isOthers = reattach_token !== undefined && row.reattachHash !== hashSecret(reattach_token);
      const mayNot = isOver || (isOthers && row.kind !== "shell");
      return { session, may_attach: mayNot ? "no" : isOthers ? "takeover" : "yes" } as const;
    },

    end_session: async ({ input: { session_id }, ...by }) => {
      await authority.kill(session_id, by);
      return { session_id, status: "ended" } as const;
    },
  });
}
