import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startRunningTimer } from "./running-timer.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([1, 4_999, 5_000, 12_345])("fires after %i ms, once", (ms) => {
  const fire = vi.fn();
  startRunningTimer(ms, fire);
  vi.advanceTimersByTime(ms - 1);
  expect(fire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(60_000);
  expect(fire).toHaveBeenCalledTimes(1);
});

test("time in which the process stood still does not count", () => {
  const fire = vi.fn();
  startRunningTimer(20_000, fire);
  vi.advanceTimersByTime(4_000);
  const clock = vi.spyOn(performance, "now");
  const stoodStillUntil = performance.now() + 3_600_000;
  clock.mockReturnValue(stoodStillUntil);
  vi.advanceTimersByTime(1_000);
  clock.mockRestore();
  expect(fire).not.toHaveBeenCalled();
});

test("does not fire once it is called off", () => {
  const fire = vi.fn();
  const cancel = startRunningTimer(20_000, fire);
  vi.advanceTimersByTime(10_000);
  cancel();
  vi.advanceTimersByTime(60_000);
  expect(fire).not.toHaveBeenCalled();
});
