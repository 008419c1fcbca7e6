import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { formatData } from "./format.ts";

const rows = fc.array(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))));

test("scripts read back what was written, whatever the format", () => {
  fc.assert(
    fc.property(rows, (list) => {
      expect(JSON.parse(formatData(list, "json"))).toEqual(list);
      expect(parse(formatData(list, "yaml"))).toEqual(list);
      const lines = formatData(list, "jsonl").split("\n");
      expect(lines.pop()).toBe("");
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(list);
    }),
  );
});
