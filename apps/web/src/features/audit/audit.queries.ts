import { auditApi } from "@sallyport/protocol";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import type { LiveStatus } from "../../api/live-socket.ts";
import { AUDIT, RECORDS, RECORDS_POLL_MS } from "../../api/records.ts";
import { type AuditFilter, filterInput } from "./audit-filter.ts";
import type { AuditPageOf } from "./audit-list.ts";
import type { AuditEntry } from "./describe-entry.ts";

const PAGE_ROWS = 100;
/** A chain is walked from its first entry on, which takes as long as it is long. */
const VERIFY_TIMEOUT_MS = 10 * 60_000;

interface Place {
  before?: number;
  after?: number;
  limit?: number;
}

const search = (orgId: string, filter: AuditFilter, place: Place): Promise<AuditPageOf> =>
  signedIn((client) =>
    client.act(auditApi, "search", {
      org_id: orgId,
      limit: PAGE_ROWS,
      ...filterInput(filter, Date.now()),
      ...place,
    }),
  );

export const auditQueries = {
  /** Page by page, newest first. An entry never changes, so pages are not read again: see `news`. */
  list: (orgId: string, filter: AuditFilter) =>
    infiniteQueryOptions({
      queryKey: ["audit", orgId, filter],
      queryFn: ({ pageParam }) => search(orgId, filter, pageParam === null ? {} : { before: pageParam }),
      initialPageParam: null as number | null,
      getNextPageParam: ({ next }) => next,
      staleTime: Number.POSITIVE_INFINITY,
    }),

  /** What came after an entry; read again whenever something was recorded. */
  news: (orgId: string, filter: AuditFilter, after: number, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, AUDIT, "news", orgId, filter, after],
      queryFn: () => search(orgId, filter, { after }),
      gcTime: 0,
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** One entry by its number; null when retention removed it. */
  entry: (orgId: string, seq: number) =>
    queryOptions({
      queryKey: ["audit-entry", orgId, seq],
      queryFn: async (): Promise<AuditEntry | null> =>
        (await search(orgId, {}, { before: seq + 1, after: seq - 1, limit: 1 })).logs[0] ?? null,
    }),

  /** Which actions and kinds of resources the log has. */
  facets: (orgId: string, live: LiveStatus) =>
    queryOptions({
      queryKey: [RECORDS, AUDIT, "facets", orgId],
      queryFn: () => signedIn((client) => client.act(auditApi, "facets", { org_id: orgId })),
      refetchInterval: RECORDS_POLL_MS[live],
    }),

  /** The last check of the chain. Runs when it is asked for, and never by itself. */
  chain: (orgId: string) =>
    queryOptions({
      queryKey: ["audit-chain", orgId],
      queryFn: () => signedIn((client) => client.act(auditApi, "verify", { org_id: orgId }), VERIFY_TIMEOUT_MS),
      enabled: false,
      retry: false,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: Number.POSITIVE_INFINITY,
    }),
};
