import { expect, test } from "vitest";
import { decideFrame, type FrameInputs, nextWorkMs, STILL_MS } from "./decide-frame.ts";

const NOW_MS = 10_000;
const STILL: FrameInputs = {
  isChanged: false,
  isKeyWanted: false,
  refinementsLeft: 0,
  lastFrameMs: 5_000,
  lastKeyMs: 1_000,
  lastChangeMs: 5_000,
  fps: 25,
  workMs: 10,
};

test("a screen that stands still costs nothing", () => {
  expect(decideFrame(STILL)).toEqual({ kind: "nothing" });
});

test("the first change after a while is shown at once, the next one when its turn has come", () => {
  const { atMs } = decideFrame({ ...STILL, isChanged: true }) as { atMs: number };
  expect(atMs).toBeLessThanOrEqual(NOW_MS);
  expect(decideFrame({ ...STILL, isChanged: true, lastFrameMs: 9_990 })).toEqual({ kind: "change", atMs: 10_030 });
});

test("where a frame takes long, there are fewer than were asked for, and time is left between them", () => {
  const changing = { ...STILL, isChanged: true, lastFrameMs: 9_990, fps: 60 };
  expect(decideFrame({ ...changing, workMs: 5 })).toMatchObject({ atMs: expect.closeTo(9_990 + 16.7, 1) });
  const slow = decideFrame({ ...changing, workMs: 30 }) as { atMs: number };
  expect(slow.atMs).toBeGreaterThan(9_990 + 30);
  expect(slow.atMs).toBeLessThan(9_990 + 60);
});

test("a pause of the process slows down the frames after it by little, work that became more by as much", () => {
  const changing = { ...STILL, isChanged: true, lastFrameMs: 9_990, fps: 60 };
  const afterPause = decideFrame({ ...changing, workMs: nextWorkMs(10, 60_000) }) as { atMs: number };
  expect(afterPause.atMs - 9_990).toBeLessThan(100);
  const slow = Array.from({ length: 30 }).reduce<number>((workMs) => nextWorkMs(workMs, 40), 10);
  expect(slow).toBeCloseTo(40, 0);
});

test("refinements wait until it stands still, and for each other", () => {
  const refining = { ...STILL, refinementsLeft: 2, lastChangeMs: 9_950, lastFrameMs: 9_955 };
  const first = decideFrame(refining);
  expect(first).toMatchObject({ kind: "refine" });
  expect((first as { atMs: number }).atMs).toBeGreaterThanOrEqual(9_950 + STILL_MS);
  const second = decideFrame({ ...refining, refinementsLeft: 1, lastFrameMs: 10_100 }) as { atMs: number };
  expect(second.atMs).toBeGreaterThan(10_100 + 100);
  expect(decideFrame({ ...refining, isChanged: true }).kind).toBe("change");
});

test("a key frame is made when it is asked for, but not one after the other", () => {
  expect(decideFrame({ ...STILL, isKeyWanted: true })).toMatchObject({ kind: "key" });
  expect(decideFrame({ ...STILL, isKeyWanted: true, lastKeyMs: 9_900 })).toEqual({ kind: "key", atMs: 10_200 });
  // What changes meanwhile is not held up by it.
  const changing = { ...STILL, isKeyWanted: true, isChanged: true, lastKeyMs: 9_900, lastFrameMs: 9_980 };
  expect(decideFrame(changing)).toEqual({ kind: "change", atMs: 10_020 });
});
