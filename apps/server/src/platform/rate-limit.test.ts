import { LOGIN_FAILURES } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { RateLimit } from "./rate-limit.ts";

function limiter() {
  const clock = { ms: 10_000_000_000 };
  const limit = new RateLimit(LOGIN_FAILURES, () => clock.ms);
  const isRefused = (source: string) => {
    try {
      limit.check(source);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: "RATE_LIMITED" });
      return true;
    }
  };
  const fail = (source: string, times: number) => {
    for (let n = 0; n < times; n++) limit.count(source);
  };
  return { clock, isRefused, fail };
}

test("as many failures as the catalogue tolerates, and not one more", () => {
  const { isRefused, fail } = limiter();
  fail("a", LOGIN_FAILURES.count - 1);
  expect(isRefused("a")).toBe(false);
  fail("a", 1);
  expect(isRefused("a")).toBe(true);
  expect(isRefused("b")).toBe(false);
});

test("a lock-out ends by itself, and a failure is forgotten after two windows at the latest", () => {
  const { clock, isRefused, fail } = limiter();
  fail("a", LOGIN_FAILURES.count);
  clock.ms += LOGIN_FAILURES.windowSeconds * 1_000;
  clock.ms += LOGIN_FAILURES.windowSeconds * 500;
  expect(isRefused("a")).toBe(false);
});

test("T5.4 sources are remembered up to a bound", () => {
  const { isRefused, fail } = limiter();
  fail("first", LOGIN_FAILURES.count);
  for (let n = 0; n < 100_001; n++) fail(`source-${n}`, 1);
  expect(isRefused("first")).toBe(false);
});
