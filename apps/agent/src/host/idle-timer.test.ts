import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { IdleTimer } from "./idle-timer.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("fires when it was out of use long enough, counted from the first time that was said", () => {
  const fire = vi.fn();
  const idle = new IdleTimer(1_000, fire);
  idle.inUse(false);
  vi.advanceTimersByTime(900);
  idle.inUse(false);
  vi.advanceTimersByTime(100);
  expect(fire).toHaveBeenCalledOnce();
});

test("use starts the wait anew", () => {
  const fire = vi.fn();
  const idle = new IdleTimer(1_000, fire);
  idle.inUse(false);
  vi.advanceTimersByTime(900);
  idle.inUse(true);
  idle.inUse(false);
  vi.advanceTimersByTime(900);
  expect(fire).not.toHaveBeenCalled();
});

test("once stopped it holds no timer, whatever is said later", () => {
  const idle = new IdleTimer(1_000, () => {});
  idle.inUse(false);
  idle.stop();
  idle.inUse(false);
  expect(vi.getTimerCount()).toBe(0);
});
