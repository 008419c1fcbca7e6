import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

const LIMITS = { tokensPerSecond: 100, burst: 20 };

const take = (bucket: TokenBucket, count: number, nowMs: number): number => {
  let taken = 0;
  for (let i = 0; i < count; i++) if (bucket.tryTake(nowMs)) taken++;
  return taken;
};

test("VT-125 a bucket starts with a second's worth, without the burst", () => {
  const bucket = new TokenBucket(LIMITS, 0);
  expect(bucket.tokensAvailable(0)).toBe(100);
  expect(take(bucket, 150, 0)).toBe(100);
  expect(bucket.exceededCount).toBe(50);
});

test("VT-125 it gains in steps of whole seconds since its start", () => {
  const bucket = new TokenBucket(LIMITS, 250);
  take(bucket, 100, 250);
  expect(bucket.tokensAvailable(1_249)).toBe(0);
  expect(bucket.tokensAvailable(1_250)).toBe(100);
});

test("VT-092 an idle second adds the burst, a longer one no more", () => {
  const bucket = new TokenBucket(LIMITS, 0);
  expect(bucket.tokensAvailable(1_000)).toBe(120);
  expect(take(bucket, 1_000, 60_000)).toBe(120);
});

test("parts of a second are not lost, so the long run is exactly the rate", () => {
  const bucket = new TokenBucket(LIMITS, 0);
  let taken = 0;
  for (let nowMs = 0; nowMs < 30_000; nowMs += 300) taken += take(bucket, 120, nowMs);
  expect(taken).toBe(30 * 100);
});

test("F-10 a clock that is set back an hour delays the next tokens by a second, not by an hour", () => {
  const bucket = new TokenBucket(LIMITS, 3_600_000);
  take(bucket, 100, 3_600_000);
  expect(bucket.tokensAvailable(0)).toBe(0);
  expect(bucket.tokensAvailable(1_000)).toBe(100);
});

test("whatever the clock does, there are never more tokens than fit and never fewer than none", () => {
  const anyLimits = fc.record({ tokensPerSecond: fc.integer({ min: 1, max: 500 }), burst: fc.nat(100) });
  const anySteps = fc.array(fc.oneof(fc.constant("take" as const), fc.integer({ min: -5_000, max: 20_000 })));
  fc.assert(
    fc.property(anyLimits, anySteps, (limits, steps) => {
      let nowMs = 1_000_000;
      const bucket = new TokenBucket(limits, nowMs);
      let refusals = 0;
      for (const step of steps) {
        if (step !== "take") nowMs += step;
        const before = bucket.tokensAvailable(nowMs);
        expect(before).toBeGreaterThanOrEqual(0);
        expect(before).toBeLessThanOrEqual(limits.tokensPerSecond + limits.burst);
        if (step !== "take") continue;
        const wasTaken = bucket.tryTake(nowMs);
        if (!wasTaken) refusals++;
        expect(wasTaken).toBe(before >= 1);
        expect(bucket.tokensAvailable(nowMs)).toBe(wasTaken ? before - 1 : before);
      }
      expect(bucket.exceededCount).toBe(refusals);
    }),
  );
});

test("a clock that says NaN neither fills nor empties the bucket", () => {
  const bucket = new TokenBucket(LIMITS, 0);
  expect(bucket.tryTake(Number.NaN)).toBe(true);
  expect(bucket.tokensAvailable(0)).toBe(99);
});
