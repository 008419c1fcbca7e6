import { expect, test } from "vitest";
import { decideCap, decideQuality, nextDebt } from "./decide-budget.ts";

const SETTINGS = { kbps: 3_000, fps: 30, quality: 24 };

test("one frame takes the line for a third of a second at most, however long nothing was made before", () => {
  const { maxKbps, bufferKbit } = decideCap(3_000, 30);
  expect(bufferKbit).toBeGreaterThan(900);
  expect(bufferKbit).toBeLessThan(1_200);
  // The buffer is full again with each frame.
  expect(maxKbps / 30).toBe(bufferKbit);
});

test("what the line takes leaves no debt; what it does not take makes frames coarser, up to a bound", () => {
  const passing = { kbps: 3_000, sinceMs: 1_000 / 30, bytes: 12_000 };
  let debt = 0;
  for (let frame = 0; frame < 300; frame++) debt = nextDebt(debt, passing);
  expect(decideQuality(SETTINGS, debt)).toBe(24);
  const qualities = [0, 0, 0, 0, 0, 0].map(() => {
    for (let frame = 0; frame < 10; frame++) debt = nextDebt(debt, { ...passing, bytes: 20_000 });
    return decideQuality(SETTINGS, debt);
  });
  expect(qualities[0]).toBeGreaterThan(24);
  expect(qualities).toEqual([...qualities].sort((a, b) => a - b));
  expect(qualities.at(-1)).toBeLessThanOrEqual(48);
  debt = nextDebt(debt, { ...passing, sinceMs: 20_000, bytes: 0 });
  expect(decideQuality(SETTINGS, debt)).toBe(24);
});
