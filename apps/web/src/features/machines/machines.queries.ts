import { databaseApi, MachineView } from "@sallyport/protocol";
import { queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { readPieces } from "../../lib/read-pieces.ts";
import { machineFeed } from "./machine-feed.ts";

/** While changes do not arrive by themselves, and, far more rarely, while they do: a silent socket may be a dead one. */
const POLL_MS: Record<LiveStatus, number> = { down: 5_000, up: 60_000 };

export const machineQueries = {
  all: ["machines"] as const,

  /** Every machine of an organisation that the signed-in person may see. */
  list: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: ["machines", orgId],
      queryFn: async () => {
        const sinceMs = performance.now();
        return machineFeed.over(readMachines(await listAll(orgId)), orgId, sinceMs);
      },
      refetchInterval: POLL_MS[live],
    }),
};

/** The oldest first, so that new ones come last. */
const listAll = (orgId: string) =>
  readPieces(({ offset, limit }) =>
    signedIn((client) =>
      client.call(databaseApi.list, {
        params: { table: "machines" },
        query: { org_id: orgId, order: "created_at", limit: String(limit), offset: String(offset) },
      }),
    ),
  );

/** The rows that are machines. One that a newer server describes in another way is left out, not fatal. */
const readMachines = (rows: unknown[]): MachineView[] => rows.flatMap((row) => MachineView.safeParse(row).data ?? []);
