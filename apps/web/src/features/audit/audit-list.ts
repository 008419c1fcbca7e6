/** The list that grows at both ends: older pages as one scrolls, news as it comes. */
import type { InfiniteData } from "@tanstack/react-query";
import type { AuditEntry } from "./describe-entry.ts";

/** An answer of the search. */
export interface AuditPageOf {
  logs: AuditEntry[];
  /** Where to go on; null at the log's beginning. */
  next: number | null;
  /** Where the log ended when it was asked. */
  head: number;
}

/** Pages that were fetched, newest first; each was asked for with the `next` of the one before. */
export type AuditList = InfiniteData<AuditPageOf, unknown>;

export const entriesOf = (list: AuditList | undefined): AuditEntry[] => list?.pages.flatMap(({ logs }) => logs) ?? [];

/** Up to where the log was looked through: what is new comes after it. */
export const lookedTo = (list: AuditList): number => list.pages[0]?.head ?? 0;

/** The newest entry of the list; 0 when it has none. */
const newestOf = (list: AuditList): number => list.pages.find(({ logs }) => logs.length > 0)?.logs[0]?.seq ?? 0;

/**
 * The list with what is new on top. When there is more news than was fetched, the list begins anew with it: what is
 * between them is then fetched like everything older.
 *
 * @param news what came after `lookedTo(list)`
 */
export function withNews(list: AuditList, news: AuditPageOf): AuditList {
  const newest = newestOf(list);
  const logs = news.logs.filter(({ seq }) => seq > newest);
  const [first, ...older] = list.pages;
  if (!first || news.head <= first.head) return list;
  if (news.next !== null) return { pages: [{ logs, next: news.next, head: news.head }], pageParams: [null] };
  return { ...list, pages: [{ ...first, logs: [...logs, ...first.logs], head: news.head }, ...older] };
}
