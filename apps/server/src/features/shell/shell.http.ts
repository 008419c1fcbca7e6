import { shellApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { createSession } from "./create-session.ts";

export function bindShell(
  bind: EndpointBinder<Actor, OrgScope>,
  { db, heartbeatTimeoutSeconds }: { db: Database; heartbeatTimeoutSeconds: number },
): void {
  bind.actions(shellApi, {
    create_session: ({ input, ...by }) =>
      createSession(db, { ...by, machineId: input.machine_id, heartbeatTimeoutSeconds }),
  });
}
