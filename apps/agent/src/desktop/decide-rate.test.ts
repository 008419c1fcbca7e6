import fc from "fast-check";
import { expect, test } from "vitest";
import { decideRate, decideRefinement, type RateInputs } from "./decide-rate.ts";

const WIDE: RateInputs = {
  quality: "auto",
  maxFps: 30,
  maxKbps: undefined,
  lineKbps: 20_000,
  pixels: 1920 * 1080,
  changedShare: 1,
  wasCrisp: false,
};

test("on a wide line the viewer gets all the frames that it asked for", () => {
  expect(decideRate(WIDE).fps).toBe(30);
  expect(decideRate({ ...WIDE, maxFps: 60 }).fps).toBe(60);
});

test("on a narrow line there are fewer frames rather than illegible ones, as far as the viewer wants it so", () => {
  const fps = (quality: RateInputs["quality"]) => decideRate({ ...WIDE, lineKbps: 1_000, quality }).fps;
  expect(fps("smooth")).toBe(30);
  expect(fps("auto")).toBeLessThan(fps("smooth"));
  expect(fps("sharp")).toBeLessThan(fps("auto"));
  expect(fps("sharp")).toBeGreaterThanOrEqual(4);
});

test("a caret costs fewer frames, and is as sharp at once as what is around it", () => {
  const caret = { ...WIDE, changedShare: 0.0001, wasCrisp: true };
  expect(decideRate(caret).fps).toBeLessThan(30);
  expect(decideRate(caret).quality).toBe(decideRefinement(caret).quality);
  expect(decideRate({ ...caret, wasCrisp: false }).quality).toBe(decideRate(WIDE).quality);
});

test("whatever is asked for, the rates are ones that an encoder takes, within what the line and the viewer allow", () => {
  const inputs = fc.record({
    quality: fc.constantFrom("auto" as const, "sharp" as const, "smooth" as const),
    maxFps: fc.integer({ min: 1, max: 60 }),
    maxKbps: fc.option(fc.integer({ min: 100, max: 100_000 }), { nil: undefined }),
    lineKbps: fc.integer({ min: 1, max: 100_000 }),
    pixels: fc.integer({ min: 1, max: 16_384 ** 2 }),
    changedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    wasCrisp: fc.boolean(),
  });
  fc.assert(
    fc.property(inputs, (given) => {
      for (const { fps, quality, kbps } of [decideRate(given), decideRefinement(given)]) {
        expect(Number.isFinite(fps) && fps >= 1 && fps <= given.maxFps).toBe(true);
        expect(quality >= 0 && quality <= 51).toBe(true);
        expect(kbps).toBeGreaterThanOrEqual(100);
        expect(kbps).toBeLessThanOrEqual(Math.max(100, Math.min(given.lineKbps, given.maxKbps ?? 100_000)));
      }
    }),
  );
});
