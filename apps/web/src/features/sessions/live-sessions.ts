import type { QueryClient } from "@tanstack/react-query";
import { readAgain } from "../../api/read-again.ts";
import { sessionQueries } from "./sessions.queries.ts";

/** A server that restarts brings back all of its sessions one after the other: one look for all of them. */
const REST_MS = 300;
let resting: ReturnType<typeof setTimeout> | undefined;

/** Something about the sessions has changed: the lists that are shown are read again, a moment later. */
export function announceSessions(queries: QueryClient): void {
  if (resting !== undefined) return;
  resting = setTimeout(() => {
    resting = undefined;
    void readAgain(queries, { queryKey: sessionQueries.all });
  }, REST_MS);
}
