import { expect, test } from "vitest";
import { debtOf, decideCap, decideQuality, payDebt } from "./decide-budget.ts";

const SETTINGS = { kbps: 3_000, quality: 24 };

test("one frame takes the line for a third of a second at most, however long nothing was made before", () => {
  const { maxKbps, bufferKbit } = decideCap(3_000, 30);
  expect(bufferKbit).toBeGreaterThan(900);
  expect(bufferKbit).toBeLessThan(1_200);
  // The buffer is full again with each frame.
  expect(maxKbps / 30).toBe(bufferKbit);
});

test("what the line takes leaves no debt; what it does not take makes frames coarser, up to a bound", () => {
  let debt = 0;
  const make = (bytes: number) => {
    debt = payDebt(debt, { kbps: 3_000, sinceMs: 1_000 / 30 }) + debtOf(bytes);
  };
  for (let frame = 0; frame < 300; frame++) make(12_000);
  expect(decideQuality(SETTINGS, debt)).toBe(24);
  const qualities = [0, 0, 0, 0, 0, 0].map(() => {
    for (let frame = 0; frame < 10; frame++) make(20_000);
    return decideQuality(SETTINGS, debt);
  });
  expect(qualities[0]).toBeGreaterThan(24);
  expect(qualities).toEqual([...qualities].sort((a, b) => a - b));
  expect(qualities.at(-1)).toBeLessThanOrEqual(48);
  debt = payDebt(debt, { kbps: 3_000, sinceMs: 20_000 });
  expect(decideQuality(SETTINGS, debt)).toBe(24);
});
