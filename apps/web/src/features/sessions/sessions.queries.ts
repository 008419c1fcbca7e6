import { shellApi } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";

/** While changes are not announced, and, far more rarely, while they are: a silent socket may be a dead one. */
const POLL_MS: Record<LiveStatus, number> = { down: 5_000, up: 60_000 };

export const sessionQueries = {
  all: ["sessions"] as const,

  /** Every session of an organisation: those that run, or those that ended lately. */
  list: (orgId: string, status: "active" | "ended", live: LiveStatus) =>
    queryOptions({
      queryKey: ["sessions", orgId, status],
      queryFn: async () =>
        (await signedIn((client) => client.act(shellApi, "list_sessions", { org_id: orgId, status }))).sessions,
      refetchInterval: POLL_MS[live],
    }),

  /** The same of one machine. */
  ofMachine: (orgId: string, machineId: string, status: "active" | "ended", live: LiveStatus) =>
    queryOptions({
      queryKey: ["sessions", orgId, status, machineId],
      queryFn: async () =>
        (
          await signedIn((client) =>
            client.act(shellApi, "list_sessions", { org_id: orgId, machine_id: machineId, status }),
          )
        ).sessions,
      refetchInterval: POLL_MS[live],
    }),
};
