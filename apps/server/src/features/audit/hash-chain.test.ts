import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./hash-chain.ts";

test("canonical JSON does not depend on the order of members, and tells different values apart", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const stored: unknown = JSON.parse(JSON.stringify(value));
      expect(JSON.parse(canonicalJson(stored))).toEqual(stored);
    }),
  );
  expect(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}');
});
