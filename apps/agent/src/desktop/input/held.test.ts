import { expect, test } from "vitest";
import { Held } from "./held.ts";
import { WheelNotches } from "./wheel-notches.ts";

test("what two hold is let go by the last one, once", () => {
  const held = new Held();
  held.add(50, "a");
  held.add(50, "b");
  held.add(50, "b");
  expect(held.remove(50, "b")).toBe(false);
  expect(held.has(50)).toBe(true);
  expect(held.remove(50, "b")).toBe(false);
  expect(held.remove(50, "a")).toBe(true);
  expect(held.remove(50, "a")).toBe(false);
  expect(held.has(50)).toBe(false);
});

test("a wheel turns by whole notches, and what is left counts on, but not the other way", () => {
  const wheel = new WheelNotches();
  expect([50, 50, 50, 50].map((delta) => wheel.add(delta))).toEqual([0, 0, 1, 0]);
  expect(wheel.add(-119)).toBe(-0);
  expect(wheel.add(-1)).toBe(-1);
  expect(wheel.add(-360)).toBe(-3);
});
