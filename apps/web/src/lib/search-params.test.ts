import fc from "fast-check";
import { expect, test } from "vitest";
import { choiceParam, countParam, givenParams, textParam, uuidParam } from "./search-params.ts";

test.each([
  ["web", "web"],
  [10, "10"],
  ["", undefined],
  [undefined, undefined],
  [["a"], undefined],
  [{ a: 1 }, undefined],
])("of %j the text is %j", (value, text) => {
  expect(textParam(value)).toBe(text);
});

test.each([[1, 1] as const, [0], [-1], [1.5], [2 ** 53], [Number.NaN], ["3"], [null]])(
  "of %j the count is %j",
  (value: unknown, count?: number) => {
    expect(countParam(value)).toBe(count);
  },
);

test("a choice is one of those that there are, and not a name that every object has", () => {
  expect(choiceParam(["hub", "spoke"], "hub")).toBe("hub");
  for (const value of ["Hub", "constructor", "", 0, undefined])
    expect(choiceParam(["hub", "spoke"], value)).toBe(undefined);
});

test("only a UUID is one", () => {
  fc.assert(fc.property(fc.uuid(), (id) => uuidParam(id) === id));
  fc.assert(fc.property(fc.oneof(fc.string(), fc.anything()), (value) => uuidParam(value) === undefined));
});

test("what is not given is not named", () => {
  expect(Object.keys(givenParams({ a: "x", b: undefined, c: 0 }))).toEqual(["a", "c"]);
});
