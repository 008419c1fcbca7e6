import fc from "fast-check";
import { expect, test } from "vitest";
import { table } from "./table.ts";

test("columns line up", () => {
  expect(
    table(
      ["Name", "ID"],
      [
        ["a-long-name", "1"],
        ["b", "22"],
      ],
    ),
  ).toBe("Name         ID\na-long-name  1\nb            22\n");
});

test("every row is one line, whatever its cells", () => {
  const cell = fc.string().map((text) => text.replace(/[\r\n]/g, ""));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
      expect(table(["a", "b"], rows).split("\n")).toHaveLength(rows.length + 2);
    }),
  );
});

test("a row fits the width, and what must stay whole does", () => {
  const rows = [["12345678", "a-very-long-name-of-a-machine", "somebody@example.com"]];
  const text = table(["ID", "MACHINE", "USER"], rows, { width: 40, whole: [0] });
  for (const line of text.trimEnd().split("\n")) expect(line.length).toBeLessThanOrEqual(40);
  expect(text).toMatch(/^12345678 {2}a-very-l.*… {2}some.*…$/m);
});

test("no row is wider than asked for, if that is possible at all", () => {
  const cells = fc.tuple(fc.string(), fc.string(), fc.string());
  fc.assert(
    fc.property(fc.array(cells), fc.integer({ min: 16, max: 200 }), (rows, width) => {
      const lines = table(["a", "b", "c"], rows, { width }).trimEnd().split("\n");
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});

test("a name cannot steer the terminal", () => {
  expect(table(["Name"], [["\x1b]0;evil\x07\u009b2J"]])).toBe("Name\n?]0;evil??2J\n");
});
