import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepTrying } from "./keep-trying.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what fails is done again, later each time, until it is done", async () => {
  const failures: unknown[] = [];
  let tries = 0;
  const work = async () => {
    if (++tries < 9) throw tries;
  };
  const done = keepTrying(work, { failed: (error) => failures.push(error), isWanted: () => true });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(tries).toBe(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(tries).toBe(3);
  await vi.advanceTimersByTimeAsync(4_000 + 8_000 + 16_000 + 3 * 30_000);
  await done;
  expect(failures).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("what nobody wants any more is left", async () => {
  let tries = 0;
  const failing = () => Promise.reject(++tries);
  await keepTrying(failing, { failed: () => {}, isWanted: () => false });
  expect(tries).toBe(1);
});
