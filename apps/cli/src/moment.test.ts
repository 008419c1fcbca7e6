import fc from "fast-check";
import { expect, test } from "vitest";
import { parseMoment } from "./moment.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");

test.each([
  ["90s", "2026-11-26T11:58:30.000Z"],
  ["30m", "2026-11-26T11:30:00.000Z"],
  ["2h", "2026-11-26T10:00:00.000Z"],
  ["7d", "2026-11-19T12:00:00.000Z"],
  ["1w", "2026-11-19T12:00:00.000Z"],
  ["2026-11-01", "2026-11-01T00:00:00.000Z"],
  ["2026-11-01 10:30", "2026-11-01T10:30:00.000Z"],
  ["2026-11-01T10:30:05Z", "2026-11-01T10:30:05.000Z"],
  ["2026-11-01T10:30:05+02:00", "2026-11-01T08:30:05.000Z"],
])("%s", (text, expected) => {
  expect(parseMoment(text, NOW)).toBe(expected);
});

test.each(["", "yesterday", "2h ago", "2026-13-01", "2026-11-01T25:00", "-1h", "1y"])("'%s' is refused", (text) => {
  expect(() => parseMoment(text, NOW)).toThrow(/is no moment; write 30m/);
});

test("what is read is an instant, or an error that says what was expected", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        expect(new Date(parseMoment(text, NOW)).toISOString()).toBe(parseMoment(text, NOW));
      } catch (error) {
        expect(error).toMatchObject({ code: "INVALID_INPUT" });
      }
    }),
  );
});
