import fc from "fast-check";
import { expect, test } from "vitest";
import { keysymsOf, keysymsOfText } from "./keysyms.ts";

test.each([
  ["a", 0x61],
  ["ß", 0xdf],
  ["€", 0x20ac],
  ["ж", 0x6d6],
  ["λ", 0x7eb],
  ["ł", 0x1b3],
  ["你", 0x0100_4f60],
  ["😀", 0x0101_f600],
])("%s is %d", (character, keysym) => {
  expect(keysymsOf(character.codePointAt(0) ?? 0)[0]).toBe(keysym);
});

test("every character has a keysym of its own, and what is none has none", () => {
  const own = new Map<number, number>();
  fc.assert(
    fc.property(fc.nat(0x12_0000), (codePoint) => {
      const keysyms = keysymsOf(codePoint);
      const isCharacter =
        codePoint <= 0x10_ffff && !/[\p{Cc}\p{Cs}]/u.test(String.fromCodePoint(Math.min(codePoint, 0x10_ffff)));
      expect(keysyms.length > 0).toBe(isCharacter);
      for (const keysym of keysyms) expect(own.get(keysym) ?? codePoint).toBe(codePoint);
      for (const keysym of keysyms) own.set(keysym, codePoint);
    }),
    { numRuns: 5_000 },
  );
});

test("text is typed with Enter and Tab, one Enter for each end of a line", () => {
  expect(keysymsOfText("a\r\nb\nc\rd\te")).toEqual(
    [[0x61], [0xff0d], [0x62], [0xff0d], [0x63], [0xff0d], [0x64], [0xff09], [0x65]].map((keys) =>
      expect.arrayContaining(keys),
    ),
  );
  expect(keysymsOfText("\0\u001b[2J\ud800")).toHaveLength(3);
});
