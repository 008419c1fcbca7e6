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
