import fc from "fast-check";
import { expect, test } from "vitest";
import { clampSize, decodeJson, decodeSize, Exit, encodeJson, encodeSize } from "./payloads.ts";

test("a size survives the wire", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (cols, rows) => {
      expect(decodeSize(encodeSize({ cols, rows }))).toEqual({ cols, rows });
    }),
  );
});

test.each([
  [
    { cols: 0, rows: -1 },
    { cols: 1, rows: 1 },
  ],
  [
    { cols: 1e9, rows: 2 ** 31 },
    { cols: 1000, rows: 1000 },
  ],
  [
    { cols: Number.NaN, rows: Number.NaN },
    { cols: 80, rows: 24 },
  ],
  [
    { cols: 80.9, rows: 24.1 },
    { cols: 80, rows: 24 },
  ],
])("T5.6 size %o becomes %o", (size, clamped) => {
  expect(clampSize(size)).toEqual(clamped);
});

test("a size of a wrong length is refused", () => {
  expect(decodeSize(new Uint8Array(3))).toBeUndefined();
});

test("payloads from a stranger never throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => void decodeJson(Exit, noise)));
  expect(decodeJson(Exit, encodeJson({ exit_code: "0" }))).toBeUndefined();
  expect(decodeJson(Exit, encodeJson({ exit_code: 0, signal: null }))).toEqual({ exit_code: 0, signal: null });
});
