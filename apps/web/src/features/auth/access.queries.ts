import { queryOptions } from "@tanstack/react-query";
import type { LiveStatus } from "../../api/live-socket.ts";
import { RECORDS_POLL_MS } from "../../api/records.ts";
import { rereadAccess } from "./reread-access.ts";

export const accessQueries = {
  all: ["access"] as const,

  /** Keeps the sign-in's organisations, roles and plans as they are now; its answer is there. */
  mine: (live: LiveStatus) =>
    queryOptions({
      queryKey: accessQueries.all,
      queryFn: ({ signal }) => rereadAccess(signal).then(() => null),
      refetchInterval: RECORDS_POLL_MS[live],
    }),
};
