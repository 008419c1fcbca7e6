import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, MAX_JSON_CHARS, MAX_JSON_DEPTH, toPlainJson } from "./canonical-json.ts";

const anyJson = fc.jsonValue({ maxDepth: 5, stringUnit: "binary" });

/** The same value with the members of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([key, member]) => [key, reversed(member)]));
}

describe("canonical JSON", () => {
  test("is the form of RFC 8785", () => {
    const value = { "€": 1e21, b: [true, null, -0, 0.1], a: 'quote " and \u0007', "": { z: 1, y: 2 } };
    expect(canonicalJson(value)).toBe('{"":{"y":2,"z":1},"a":"quote \\" and \\u0007","b":[true,null,0,0.1],"€":1e+21}');
  });

  test("what is written can be read, and is the same value", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("the order in which members were added does not matter", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test("two values share their text only if they are the same value", () => {
    fc.assert(
      fc.property(anyJson, anyJson, (one, other) => {
        const isSame = isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
        expect(canonicalJson(one) === canonicalJson(other)).toBe(isSame);
      }),
    );
  });

  test("lone surrogates and differently composed letters stay apart in the UTF-8 bytes", () => {
    const texts = ["\ud800", "\udbff", "\ufffd", "é", "e\u0301"].map((text) =>
      Buffer.from(canonicalJson(text)).toString("hex"),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });

  test("a member named __proto__ is a member like any other", () => {
    const value: unknown = JSON.parse('{"__proto__":{"admin":true},"a":1}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"admin":true},"a":1}');
  });

  test("members that are undefined are left out, as on the wire", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  test.each([
    ["undefined", undefined],
    ["a hole", Array.from({ length: 2 })],
    ["a function", { toJSON: () => 1 }],
    ["a symbol", Symbol("x")],
    ["a BigInt", 1n],
    ["NaN", Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["bytes", Buffer.from("x")],
  ])("%s is refused, because the other side would read something else", (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test("nesting ends at the limit, so cycles do, too", () => {
    const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)]);
    expect(() => canonicalJson(nested(MAX_JSON_DEPTH - 1))).not.toThrow();
    expect(() => canonicalJson(nested(MAX_JSON_DEPTH))).toThrow(RangeError);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => canonicalJson(cycle)).toThrow(RangeError);
  });

  test("length ends at the limit, in one string as in many members", () => {
    expect(canonicalJson("x".repeat(MAX_JSON_CHARS - 2))).toHaveLength(MAX_JSON_CHARS);
    expect(() => canonicalJson("x".repeat(MAX_JSON_CHARS - 1))).toThrow(RangeError);
    expect(() => canonicalJson(Array.from({ length: MAX_JSON_CHARS }, () => 0))).toThrow(RangeError);
  });
});

describe("plain JSON", () => {
  test("is what the wire would carry", () => {
    expect(toPlainJson({ at: new Date(0), list: [undefined], gone: undefined })).toEqual({
      at: "1970-01-01T00:00:00.000Z",
      list: [null],
    });
    expect(toPlainJson(undefined)).toBeNull();
  });

  test.each([
    ["a number that JSON would turn into null", { cols: Number.NaN }],
    ["a function that JSON would drop", { run: () => 1 }],
    ["a BigInt", { id: 1n }],
  ])("%s is refused", (_, value) => {
    expect(() => toPlainJson(value)).toThrow(TypeError);
  });
});

test("sorted or not, polluted or nested, a value has one text", () => {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
  };
  fc.assert(
    fc.property(anyJson, (value) => {
      expect(canonicalJson(sorted(value))).toBe(canonicalJson(reversed(value)));
    }),
  );
  expect(canonicalJson({ "9": 1, "10": 2 })).toBe('{"10":2,"9":1}');
  expect(canonicalJson({ a: { b: undefined } })).toBe('{"a":{}}');
});
