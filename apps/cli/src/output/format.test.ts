import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { encode, encodeList } from "./format.ts";

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

test("every value comes back as it was, in every format", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(encode(value, "json"))).toEqual(value);
      expect(JSON.parse(encode(value, "jsonl"))).toEqual(value);
      expect(parse(encode(value, "yaml"))).toEqual(value);
    }),
  );
});

test("no value can steer a terminal", () => {
  const hostile = fc
    .array(fc.constantFrom("\x1b[2J", "\x9b2J", "\x7f", "\x85", "a", "\n", ": ", "#", "'", '"', "\\"))
    .map((all) => all.join(""));
  fc.assert(
    fc.property(hostile, fc.constantFrom("json" as const, "jsonl" as const, "yaml" as const), (text, format) => {
      const printed = encode({ [text]: [text] }, format);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      expect(printed).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/);
      expect(format === "yaml" ? parse(printed) : JSON.parse(printed)).toEqual({ [text]: [text] });
    }),
  );
});

test("a list is an array, or with jsonl one value per line", () => {
  expect(encodeList([{ a: 1 }, { a: 2 }], "jsonl")).toBe('{"a":1}\n{"a":2}\n');
  expect(encodeList([], "jsonl")).toBe("");
  expect(encodeList([], "json")).toBe("[]\n");
  expect(encodeList([{ a: "yes" }], "yaml")).toBe('- a: "yes"\n');
});
