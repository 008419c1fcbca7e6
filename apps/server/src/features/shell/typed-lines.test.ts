import { ExecInput, encodeRecord } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TypedLines } from "./typed-lines.ts";

test("every line that is not blank is read once and in order, however it comes", () => {
  const anyLine = fc.string({ unit: fc.constantFrom("a", "ü", " ", "€", "😀"), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(anyLine), fc.array(fc.nat()), (lines, cuts) => {
      const text = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const bytes = Buffer.concat([
        ...(text.length > 0 ? [encodeRecord(ExecInput.stdin, text)] : []),
        encodeRecord(ExecInput.end),
      ]);
      const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const typed = new TypedLines();
      const read = ends.flatMap((end, index) => typed.read(bytes.subarray(ends[index - 1] ?? 0, end)) ?? []);
      expect(read).toEqual(lines.filter((line) => line.trim() !== ""));
    }),
  );
});

test("a line without an end is one when the input ends; a huge one comes in pieces; nonsense is said", () => {
  const typed = new TypedLines();
  expect(typed.read(encodeRecord(ExecInput.stdin, Buffer.from("id")))).toEqual([]);
  expect(typed.read(encodeRecord(ExecInput.end))).toEqual(["id"]);
  const huge = new TypedLines().read(encodeRecord(ExecInput.stdin, Buffer.alloc(20_000, "x")));
  expect(huge?.map(({ length }) => length)).toEqual([8_192, 8_192]);
  expect(new TypedLines().read(Uint8Array.of(99, 0, 0, 0, 0))).toBeUndefined();
});
