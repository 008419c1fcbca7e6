import { CLIPBOARD_BYTES, CLIPBOARD_PART_CHARS } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ClipboardParts, splitClipboard } from "./clipboard-parts.ts";

test("what is split is whole again, whatever characters it has", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.string({ unit: "grapheme" }))
      .map(([pad, end]) => `${"x".repeat(CLIPBOARD_PART_CHARS - pad)}${end}`),
  );
  fc.assert(
    fc.property(text, (copied) => {
      const parts = splitClipboard(7, copied);
      const joined = new ClipboardParts();
      const results = parts.map((part) => joined.add(part));
      expect(parts.every((part) => part.text.length <= CLIPBOARD_PART_CHARS)).toBe(true);
      expect(results.at(-1)).toEqual({ kind: "whole", text: copied });
      expect(results.slice(0, -1).every(({ kind }) => kind === "part")).toBe(true);
    }),
  );
});

test("a copy that never ends is given up, and the next one is taken", () => {
  const joined = new ClipboardParts();
  const text = "x".repeat(CLIPBOARD_PART_CHARS);
  const kinds: string[] = [];
  for (let part = 0; part * CLIPBOARD_PART_CHARS <= CLIPBOARD_BYTES; part++) {
    kinds.push(joined.add({ id: 1, part, last: false, text }).kind);
  }
  expect(kinds.at(-1)).toBe("too large");
  expect(kinds.filter((kind) => kind === "too large")).toHaveLength(1);
  expect(joined.add({ id: 1, part: kinds.length, last: true, text })).toEqual({ kind: "part" });
  expect(joined.add({ id: 2, part: 0, last: true, text: "next" })).toEqual({ kind: "whole", text: "next" });
});

test("parts that are missing, repeated or of another copy make nothing", () => {
  const joined = new ClipboardParts();
  joined.add({ id: 1, part: 0, last: false, text: "a" });
  expect(joined.add({ id: 1, part: 2, last: true, text: "c" }).kind).toBe("part");
  expect(joined.add({ id: 2, part: 1, last: true, text: "b" }).kind).toBe("part");
  expect(joined.add({ id: 1, part: 0, last: false, text: "z" }).kind).toBe("part");
  expect(joined.add({ id: 1, part: 1, last: true, text: "b" })).toEqual({ kind: "whole", text: "zb" });
});
