import fc from "fast-check";
import { expect, test } from "vitest";
import { findGaps, LokiBatch } from "./loki-batch.ts";

const NOW = Date.parse("2026-11-23T10:00:00.000Z");
const timesOf = (batch: LokiBatch) => batch.streams()[0]?.values.map(([time]) => BigInt(time)) ?? [];

test("X-07 every line goes to both streams, with the same time", () => {
  const batch = new LokiBatch({ nowMs: NOW, times: new Map(), presentTime: false });
  batch.add("org", { action: "remote.session_created", text: "two\nlines" }, NOW - 5);
  const values = [[`${NOW - 5}000000`, '{"action":"remote.session_created","text":"two\\nlines"}']];
  expect(batch.streams()).toEqual([
    { stream: { job: "audit", chain: "org" }, values },
    { stream: { job: "quickztna", chain: "org" }, values },
  ]);
});

test("times of a chain only grow, and none is so old or so new that Loki would refuse it", () => {
  const created = fc.integer({ min: NOW - 90 * 60_000, max: NOW + 20 * 60_000 });
  fc.assert(
    fc.property(fc.array(created, { minLength: 1, maxLength: 50 }), fc.nat({ max: 50 }), (times, cut) => {
      const first = new LokiBatch({ nowMs: NOW, times: new Map(), presentTime: false });
      for (const time of times.slice(0, cut)) first.add("org", {}, time);
      const second = new LokiBatch({ nowMs: NOW, times: first.times, presentTime: false });
      for (const time of times.slice(cut)) second.add("org", {}, time);
      const all = [...timesOf(first), ...timesOf(second)];
      for (const [index, time] of all.entries()) {
        expect(time).toBeGreaterThan(all[index - 1] ?? 0n);
        expect(Number(time / 1_000_000n)).toBeGreaterThan(NOW - 60 * 60_000);
        expect(Number(time / 1_000_000n)).toBeLessThanOrEqual(NOW + 1);
      }
    }),
  );
});

test("a batch that is tried again has the same times, so that Loki knows it again", () => {
  const make = () => {
    const batch = new LokiBatch({ nowMs: NOW, times: new Map([["org", 7n]]), presentTime: false });
    batch.add("org", { seq: 1 }, NOW - 1_000);
    batch.add("org", { seq: 2 }, NOW - 1_000);
    return batch.streams();
  };
  expect(make()).toEqual(make());
});

test("a batch has an end", () => {
  const batch = new LokiBatch({ nowMs: NOW, times: new Map(), presentTime: false });
  while (!batch.isFull) batch.add("org", { text: "x".repeat(16_000) }, NOW);
  expect(Buffer.byteLength(JSON.stringify(batch.streams()))).toBeLessThan(2 * 1_024 * 1_024);
});

test("gaps are what is not there", () => {
  expect(findGaps(3, 9, new Set([3, 4, 7, 9]))).toEqual([
    [5, 6],
    [8, 8],
  ]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 40 })), (present) => {
      const missing = findGaps(1, 40, new Set(present)).flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, index) => from + index),
      );
      expect([...missing, ...present].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    }),
  );
});
