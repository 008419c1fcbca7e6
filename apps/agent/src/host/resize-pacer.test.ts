import { RESIZE_MIN_INTERVAL_MS, type TerminalSize } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ResizePacer } from "./resize-pacer.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const size = (cols: number): TerminalSize => ({ cols, rows: 24 });

test("the first size is applied at once, of the others only the last, one interval later", () => {
  const applied: number[] = [];
  const pacer = new ResizePacer(({ cols }) => applied.push(cols));
  for (const cols of [10, 20, 30, 40]) pacer.resize(size(cols));
  expect(applied).toEqual([10]);
  vi.advanceTimersByTime(RESIZE_MIN_INTERVAL_MS);
  expect(applied).toEqual([10, 40]);
});

test("nothing is applied after the session has ended", () => {
  const applied: number[] = [];
  const pacer = new ResizePacer(({ cols }) => applied.push(cols));
  pacer.resize(size(10));
  pacer.resize(size(20));
  pacer.stop();
  vi.runAllTimers();
  expect(applied).toEqual([10]);
});
