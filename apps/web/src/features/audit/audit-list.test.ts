import fc from "fast-check";
import { expect, test } from "vitest";
import { type AuditList, type AuditPageOf, entriesOf, lookedTo, withNews } from "./audit-list.ts";
import type { AuditEntry } from "./describe-entry.ts";

const entry = (seq: number): AuditEntry => ({
  id: `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`,
  seq,
  action: "org.created",
  resource_type: "org",
  resource_id: null,
  actor_id: null,
  actor_email: null,
  metadata: {},
  ip_address: null,
  created_at: "2026-01-01T11:00:00.000Z",
  prev_hash: "a",
  hash: "b",
});

/** What the server answers of a log with `length` entries. */
function search(
  length: number,
  { before = length + 1, after = 0, limit }: { before?: number; after?: number; limit: number },
): AuditPageOf {
  const logs: AuditEntry[] = [];
  for (let seq = before - 1; seq > after && logs.length < limit; seq--) logs.push(entry(seq));
  const last = logs.at(-1)?.seq ?? after + 1;
  return { logs, next: last > after + 1 ? last : null, head: length };
}
const start = (length: number, limit: number): AuditList => ({
  pages: [search(length, { limit })],
  pageParams: [null],
});
const seqs = (list: AuditList) => entriesOf(list).map(({ seq }) => seq);

test("however the log grows and in whatever order news and older pages come, the list has no hole and no repeat", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("grow" as const), by: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ kind: fc.constantFrom("news" as const, "older" as const), by: fc.constant(0) }),
  );
  fc.assert(
    fc.property(
      fc.nat(20),
      fc.integer({ min: 1, max: 5 }),
      fc.array(step, { maxLength: 40 }),
      (begin, limit, steps) => {
        let length = begin;
        let list = start(length, limit);
        for (const { kind, by } of steps) {
          const next = list.pages.at(-1)?.next ?? null;
          if (kind === "grow") length += by;
          else if (kind === "news") list = withNews(list, search(length, { after: lookedTo(list), limit }));
          else if (next !== null) {
            list = {
              pages: [...list.pages, search(length, { before: next, limit })],
              pageParams: [...list.pageParams, next],
            };
          }
          const shown = seqs(list);
          expect(shown).toEqual(shown.map((_, n) => lookedTo(list) - n));
          const end = list.pages.at(-1)?.next;
          expect(shown.at(-1) ?? 1).toBe(end ?? 1);
        }
      },
    ),
  );
});

test("when nothing new passes the filter, it is remembered how far was looked", () => {
  const list = start(10, 5);
  const looked = withNews(list, { logs: [], next: null, head: 90 });
  expect(seqs(looked)).toEqual(seqs(list));
  expect(lookedTo(looked)).toBe(90);
});

test("news that came twice, or none, changes nothing", () => {
  const list = start(10, 5);
  const news = search(12, { after: 10, limit: 5 });
  const once = withNews(list, news);
  expect(seqs(once)).toEqual([12, 11, 10, 9, 8, 7, 6]);
  expect(withNews(once, news)).toBe(once);
  expect(withNews(list, { logs: [], next: null, head: 10 })).toBe(list);
});
