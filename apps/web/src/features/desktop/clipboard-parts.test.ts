import { CLIPBOARD_BYTES, CLIPBOARD_PART_CHARS, DesktopInput } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ClipboardJoiner, clipboardParts } from "./clipboard-parts.ts";

const join = (joiner: ClipboardJoiner, parts: ReturnType<typeof clipboardParts>) =>
  parts.map((part) => joiner.take(part)).at(-1);

test("whatever is cut is put together again, in messages that the contract takes", () => {
  const joiner = new ClipboardJoiner();
  let id = 0;
  const text = fc
    .tuple(fc.string({ unit: "grapheme", maxLength: 40 }), fc.integer({ min: 0, max: 600 }))
    .map(([piece, times]) => piece.repeat(times));
  fc.assert(
    fc.property(text, (copied) => {
      const parts = clipboardParts(++id, copied);
      for (const part of parts) expect(DesktopInput.safeParse(part).success).toBe(true);
      expect(join(joiner, parts)).toBe(copied);
    }),
    { numRuns: 50 },
  );
});

test("no part ends inside of a character", () => {
  const text = `${"a".repeat(CLIPBOARD_PART_CHARS - 1)}😀b`;
  expect(clipboardParts(1, text).map((part) => part.text)).toEqual(["a".repeat(CLIPBOARD_PART_CHARS - 1), "😀b"]);
});

test("a part that is missing lets the whole copy go, and the next one comes through", () => {
  const joiner = new ClipboardJoiner();
  const [first, , third] = clipboardParts(1, "x".repeat(3 * CLIPBOARD_PART_CHARS));
  if (!first || !third) throw new Error("three parts");
  expect(joiner.take(first)).toBeUndefined();
  expect(joiner.take(third)).toBeUndefined();
  expect(join(joiner, clipboardParts(2, "fine"))).toBe("fine");
});

test("a copy that began later takes the place of an unfinished one", () => {
  const joiner = new ClipboardJoiner();
  const [first, second] = clipboardParts(1, "x".repeat(2 * CLIPBOARD_PART_CHARS));
  if (!first || !second) throw new Error("two parts");
  joiner.take(first);
  expect(join(joiner, clipboardParts(2, "newer"))).toBe("newer");
  expect(joiner.take(second)).toBeUndefined();
});

test("nobody can fill the memory of a page with parts", () => {
  const joiner = new ClipboardJoiner();
  const text = "x".repeat(CLIPBOARD_PART_CHARS);
  for (let part = 0; part <= CLIPBOARD_BYTES / CLIPBOARD_PART_CHARS; part += 1) {
    expect(joiner.take({ type: "clipboard", id: 1, part, last: false, text })).toBeUndefined();
  }
  expect(joiner.take({ type: "clipboard", id: 1, part: 129, last: true, text: "" })).toBeUndefined();
});
