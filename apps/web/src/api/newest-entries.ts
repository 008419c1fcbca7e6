import { type AuditRow, auditApi } from "@sallyport/protocol";
import { signedIn } from "./client.ts";

type Entry = AuditRow & { actor_email: string | null };

/** Of a log so long that it is read in pieces: after so many, what is there is enough. */
const MOST_PIECES = 50;

/**
 * The newest entries that a filter lets through, and whether there are others. An answer may have fewer than were asked for
 * and say where to go on, when the log is long and hardly an entry passes.
 */
export async function newestEntries(
  orgId: string,
  filter: { event?: string; resource_id?: string },
  limit: number,
): Promise<{ logs: Entry[]; hasMore: boolean }> {
  const logs: Entry[] = [];
  let before: number | null = null;
  for (let pieces = 0; pieces < MOST_PIECES; pieces += 1) {
    const place: { before?: number } = before === null ? {} : { before };
    const page: { logs: Entry[]; next: number | null } = await signedIn((client) =>
      client.act(auditApi, "search", { org_id: orgId, limit: limit - logs.length, ...filter, ...place }),
    );
    logs.push(...page.logs);
    before = page.next;
    if (before === null || logs.length >= limit) break;
  }
  return { logs, hasMore: before !== null };
}
