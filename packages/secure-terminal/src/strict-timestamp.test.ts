import fc from "fast-check";
import { expect, test } from "vitest";
import { parseStrictTimestamp } from "./strict-timestamp.ts";

test("VT-134 every instant that toISOString writes is read back to the millisecond", () => {
  const anyInstant = fc.date({
    min: new Date("0000-01-01T00:00:00.000Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(anyInstant, (instant) => {
      expect(parseStrictTimestamp(instant.toISOString())).toBe(instant.getTime());
    }),
  );
});

test("H8 an arbitrary string is read only if it is the one spelling of an instant", () => {
  const digits = fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" }), digits), (text) => {
      const ms = parseStrictTimestamp(text);
      if (ms !== undefined) expect(new Date(ms).toISOString()).toBe(text);
    }),
    { numRuns: 10_000 },
  );
});

test.each([
  "",
  "garbage",
  "1e400",
  "NaN",
  "2030-01-01",
  "2030-01-01T12:00:00Z",
  "2030-01-01T12:00:00.0000Z",
  "2030-01-01T12:00:00.000",
  "2030-01-01T12:00:00.000+00:00",
  "2030-01-01t12:00:00.000z",
  "2030-01-01T24:00:00.000Z",
  "9999-12-31T23:59:60Z",
  "9999-12-31T23:59:60.000Z",
  "2026-02-30T00:00:00.000Z",
  "2030-13-01T00:00:00.000Z",
  "+010000-01-01T00:00:00.000Z",
  "2030-01-01T12:00:00.000Z\n",
  " 2030-01-01T12:00:00.000Z",
  "٢٠٣٠-01-01T12:00:00.000Z",
])("T4.5 the timestamp %j is refused", (text) => {
  expect(parseStrictTimestamp(text)).toBeUndefined();
});

test.each([
  [0],
  [1_900_000_000_000],
  [Number.NaN],
  [null],
  [undefined],
  [["2030-01-01T12:00:00.000Z"]],
  [{}],
  [new Date()],
])("T4.5 the timestamp %s is no string and is refused", (value) => {
  expect(parseStrictTimestamp(value)).toBeUndefined();
});
