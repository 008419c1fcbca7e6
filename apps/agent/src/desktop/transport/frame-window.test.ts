import { expect, test } from "vitest";
import { FrameWindow } from "./frame-window.ts";

/** Frames of so many bytes, taken after the way and what waits before them on a line. */
function drive(
  window: FrameWindow,
  { kbps, wayMs, bytes }: { kbps: number; wayMs: number; bytes: number },
  seconds: number,
) {
  const arriving: { number: number; atMs: number }[] = [];
  let freeAtMs = 0;
  let number = 0;
  let worstMs = 0;
  for (let nowMs = 0; nowMs < seconds * 1_000; nowMs += 5) {
    while (arriving[0] && arriving[0].atMs <= nowMs) window.taken(arriving.shift()?.number ?? -1, nowMs);
    if (nowMs % 35 !== 0 || !window.hasRoom) continue;
    const size = Math.min(bytes, (window.kbps * 35) / 8);
    window.sent(number, size, nowMs);
    freeAtMs = Math.max(nowMs, freeAtMs) + (size * 8) / kbps;
    worstMs = Math.max(worstMs, freeAtMs - nowMs);
    arriving.push({ number, atMs: freeAtMs + wayMs });
    number += 1;
  }
  return { frames: number, worstMs };
}

test("on a wide line every frame has room, also when it is far", () => {
  const window = new FrameWindow();
  const { frames } = drive(window, { kbps: 100_000, wayMs: 150, bytes: 30_000 }, 10);
  expect(frames).toBeGreaterThan(250);
});

test("on a narrow line the estimate comes down to it, and frames wait for less than half a second", () => {
  const window = new FrameWindow();
  drive(window, { kbps: 1_500, wayMs: 20, bytes: 60_000 }, 20);
  expect(window.kbps).toBeLessThan(2_200);
  expect(window.kbps).toBeGreaterThan(500);
  const { worstMs } = drive(window, { kbps: 1_500, wayMs: 20, bytes: 60_000 }, 10);
  expect(worstMs).toBeLessThan(500);
});

test("a viewer that takes nothing gets nothing more, and says how long by that", () => {
  const window = new FrameWindow();
  let frames = 0;
  while (window.hasRoom) window.sent(frames++, 10_000, frames * 10);
  expect(frames).toBeLessThanOrEqual(12);
  expect(window.waitingMs(5_010)).toBe(5_000);
  window.taken(frames - 1, 5_020);
  expect(window.hasRoom).toBe(true);
  expect(window.waitingMs(6_000)).toBe(0);
});

test("frames that were never sent cannot be taken", () => {
  const window = new FrameWindow();
  window.sent(0, 1_000_000, 0);
  expect(window.hasRoom).toBe(false);
  window.taken(7, 10);
  expect(window.hasRoom).toBe(false);
});
