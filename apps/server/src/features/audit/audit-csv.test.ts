import fc from "fast-check";
import { expect, test } from "vitest";
import { csvCell, csvLine } from "./audit-csv.ts";
import { chainOf } from "./chain.fixture.ts";

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])(
  "a cell that begins like the formula %j does not stay one",
  (text) => {
    expect(csvCell(text).replace(/^"/, "")).toMatch(/^'/);
  },
);

test("whatever is in a cell, a reader of CSV gets it back, and no formula", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", "=", "+", "-", "@", "\t") }), (text) => {
      const cell = csvCell(text);
      const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      expect(read).not.toMatch(/^[=+\-@\t\r]/);
      expect(read.replace(/^'(?=[=+\-@\t\r])/, "")).toBe(text);
    }),
  );
});

test("a row is one line", () => {
  const [row] = chainOf(1);
  expect(row && csvLine(row)).toMatch(
    /^org,1,2026-11-23T10:00:00.000Z,remote.session_created,machine,m,u,127.0.0.1,"{""/,
  );
});
