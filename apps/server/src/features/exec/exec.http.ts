import { execApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import type { ApiCallers } from "../access/index.ts";
import { createExec } from "./create-exec.ts";
import { listCommands, listRuns } from "./exec.store.ts";

export function bindExec(
  bind: EndpointBinder<ApiCallers>,
  { db, heartbeatTimeoutSeconds }: { db: Database; heartbeatTimeoutSeconds: number },
): void {
  bind.actions(execApi, {
    create: ({ input, actor, scope }) => createExec(db, { actor, scope, input, heartbeatTimeoutSeconds }),
    runs: async ({ input, scope }) => ({ runs: await listRuns(db, scope, input) }),
    history: async ({ input, scope }) => ({ commands: await listCommands(db, scope, input) }),
  });
}
