import { expect, test } from "vitest";
import { decideVbv } from "./decide-vbv.ts";

const SETTINGS = { kbps: 3_000, fps: 30, quality: 24 };

test("at the nominal rate it is the rate, and after a pause a frame may be worth the pause", () => {
  expect(decideVbv(SETTINGS, 1_000 / 30).maxKbps).toBe(3_000);
  expect(decideVbv(SETTINGS, 100).maxKbps).toBe(9_000);
});

test("however long the pause was, a frame is no larger than the buffer", () => {
  const { maxKbps, bufferKbit } = decideVbv(SETTINGS, 60_000);
  expect(maxKbps / SETTINGS.fps).toBeLessThanOrEqual(bufferKbit);
  expect(bufferKbit).toBeLessThan(SETTINGS.kbps / 2);
});
