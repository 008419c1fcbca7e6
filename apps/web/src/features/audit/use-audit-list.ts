import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { auditQueries } from "./audit.queries.ts";
import type { AuditFilter } from "./audit-filter.ts";
import { entriesOf, lookedTo, withNews } from "./audit-list.ts";
import { useAtTop } from "./use-at-top.ts";

/** So many rows are fetched without anybody scrolling: more than a window has. */
const FILLED = 40;

/** The list, its news, and what fetches more of it. */
export function useAuditList(orgId: string, filter: AuditFilter, enabled: boolean) {
  const queries = useQueryClient();
  const live = useLiveStatus();
  const options = auditQueries.list(orgId, filter);
  const list = useInfiniteQuery({ ...options, enabled });
  const after = list.data ? lookedTo(list.data) : 0;
  const news = useQuery({ ...auditQueries.news(orgId, filter, after, live), enabled: enabled && list.isSuccess });
  const isAtTop = useAtTop();
  const entries = entriesOf(list.data);

  const fetched = news.data;
  const hasNews = fetched !== undefined && fetched.logs.length > 0;
  const show = async () => {
    if (!fetched) return;
    // An older page that is on its way would put the list back as it was when it was asked for.
    await queries.cancelQueries({ queryKey: options.queryKey });
    queries.setQueryData(options.queryKey, (shown) => shown && withNews(shown, fetched));
  };
  // That nothing passes the filter is remembered as well, so that it is not looked through again.
  const isLookedThrough = fetched !== undefined && !hasNews && fetched.head > after && !list.isFetching;
  // Whoever looks at the beginning sees what comes as it comes.
  useEffect(() => {
    if ((hasNews && isAtTop) || isLookedThrough) void show();
  });

  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list;
  const fetchMore = () => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  };
  // A filter that hardly an entry passes gets short pages, and nobody can scroll what is not there.
  const isShort = entries.length < FILLED;
  useEffect(() => {
    if (isShort) fetchMore();
  });

  return {
    list,
    entries,
    fetchMore,
    news: hasNews && !isAtTop ? { count: fetched.logs.length, hasMore: fetched.next !== null } : undefined,
  };
}
