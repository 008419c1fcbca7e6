import { RECONNECT_CAP_MS, RECONNECT_EAGER_CAP_MS, RECONNECT_EAGER_FOR_MS } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("waits are random, never longer than the cap, and never negative", () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (attempt, random) => {
      const wait = backoffMs(attempt, () => random);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(RECONNECT_CAP_MS);
    }),
  );
});

test("the range doubles until the cap", () => {
  const most = [0, 1, 2, 10].map((attempt) => backoffMs(attempt, () => 1));
  expect(most).toEqual([500, 1_000, 2_000, RECONNECT_CAP_MS]);
});

test("who has a session tries at least every second for the first two minutes", () => {
  expect(backoffMs(10, () => 1, RECONNECT_EAGER_FOR_MS - 1)).toBe(RECONNECT_EAGER_CAP_MS);
  expect(backoffMs(10, () => 1, RECONNECT_EAGER_FOR_MS)).toBe(RECONNECT_CAP_MS);
});
