import { expect, test } from "vitest";
import { lastBytes, unfinishedTail } from "./unfinished-tail.ts";

const tailOf = (text: string) => new TextDecoder("latin1").decode(unfinishedTail(new TextEncoder().encode(text)));

test.each([
  ["plain text", ""],
  ["\x1b[31mred\x1b[0m", ""],
  ["before \x1b", "\x1b"],
  ["before \x1b[38;5", "\x1b[38;5"],
  ["\x1b]0;a tit", "\x1b]0;a tit"],
  ["\x1b]0;a title\x07", ""],
  ["\x1b]0;a title\x1b", "\x1b]0;a title\x1b"],
  ["\x1b]0;a title\x1b\\", ""],
  ["\x1b(", "\x1b("],
  ["\x1b(B", ""],
])("of %j, %j is unfinished", (text, tail) => expect(tailOf(text)).toBe(tail));

test("a letter that was cut is unfinished, a whole one is not", () => {
  const letter = new TextEncoder().encode("x漢");
  expect(unfinishedTail(letter)).toHaveLength(0);
  expect(unfinishedTail(letter.subarray(0, 3))).toEqual(letter.subarray(1, 3));
});

test("of what was drawn the last bytes are kept, in order and no more than may be needed", () => {
  const [early, late] = [new Uint8Array(8_000).fill(1), new Uint8Array(500).fill(2)];
  const last = lastBytes(early, late);
  expect(last).toHaveLength(8_192);
  expect([last[0], last[7_691], last[7_692], last[8_191]]).toEqual([1, 1, 2, 2]);
  expect(lastBytes(late, new Uint8Array(9_000).fill(3))).toEqual(new Uint8Array(8_192).fill(3));
});
