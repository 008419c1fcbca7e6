/** The list that grows at both ends: older pages as one scrolls, news as it comes. */
import type { InfiniteData } from "@tanstack/react-query";
import type { AuditEntry } from "./describe-entry.ts";

/** An answer of the search. */
export interface AuditPageOf {
  logs: AuditEntry[];
  /** Where to go on; null at the log's beginning. */
  next: number | null;
}

/** Pages that were fetched, newest first; each was asked for with the `next` of the one before. */
export type AuditList = InfiniteData<AuditPageOf, unknown>;

export const entriesOf = (list: AuditList | undefined): AuditEntry[] => list?.pages.flatMap(({ logs }) => logs) ?? [];

/** The newest entry of the list; 0 when it has none. */
export const newestOf = (list: AuditList): number => list.pages.find(({ logs }) => logs.length > 0)?.logs[0]?.seq ?? 0;

/**
 * The list with what is new on top. When there is more news than was fetched, the list begins anew with it: what is
 * between them is then fetched like everything older.
 *
 * @param news what came after `newestOf(list)`
 */
export function withNews(list: AuditList, news: AuditPageOf): AuditList {
  const newest = newestOf(list);
  const logs = news.logs.filter(({ seq }) => seq > newest);
  if (logs.length === 0) return list;
  if (news.next !== null) return { pages: [{ logs, next: news.next }], pageParams: [null] };
  const [first, ...older] = list.pages;
  if (!first) return list;
  return { ...list, pages: [{ ...first, logs: [...logs, ...first.logs] }, ...older] };
}
