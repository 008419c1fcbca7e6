import fc from "fast-check";
import { expect, test } from "vitest";
import { LabelledLines } from "./labelled-lines.ts";

function label(pieces: readonly Uint8Array[]): { shown: string; taken: number } {
  const written: Buffer[] = [];
  let taken = 0;
  const lines = new LabelledLines("db-1: ", (bytes, done) => {
    written.push(Buffer.from(bytes));
    done();
  });
  for (const piece of pieces) lines.feed(piece, () => (taken += 1));
  lines.end();
  return { shown: Buffer.concat(written).toString("latin1"), taken };
}

test("every line has the label, and nothing is lost, however the output is cut", () => {
  const anyPiece = fc
    .array(fc.constantFrom(0x61, 0x0a, 0xff), { maxLength: 10 })
    .map((bytes) => Uint8Array.from(bytes));
  fc.assert(
    fc.property(fc.array(anyPiece), (pieces) => {
      const { shown, taken } = label(pieces);
      const text = Buffer.concat(pieces).toString("latin1");
      const lines = text.endsWith("\n") || text === "" ? text : `${text}\n`;
      expect(shown.replaceAll("db-1: ", "")).toBe(lines);
      expect(
        shown
          .split("\n")
          .slice(0, -1)
          .every((line) => line.startsWith("db-1: ")),
      ).toBe(true);
      expect(taken).toBe(pieces.length);
    }),
  );
});

test("a line without an end does not pile up", () => {
  const { shown } = label(Array.from({ length: 10 }, () => Buffer.alloc(32 * 1024, "x")));
  expect(shown.split("\n").length).toBeGreaterThan(2);
});
