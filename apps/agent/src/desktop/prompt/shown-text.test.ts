import fc from "fast-check";
import { expect, test } from "vitest";
import { BOX, cutMiddle, shownText } from "./shown-text.ts";

const unicode = { isUnicode: true };

test("a hostile address shows what it is made of", () => {
  expect(shownText("ann@example.com", unicode)).toBe("ann@example.com");
  expect(shownText("boss@good.com\u202emoc.live@\n\0", unicode)).toBe(`boss@good.com${BOX}moc.live@${BOX}${BOX}`);
  // A space of no width, a letter with a mark on top, an emoji.
  expect(shownText("a\u200bz\u0301\u{1f600}", unicode)).toBe(`a${BOX}z${BOX}${BOX}`);
  expect(shownText("жanna@ß.de", { isUnicode: false })).toBe(`${BOX}anna@ß.de`);
});

test("whatever it is, there is nothing in it that moves or hides its neighbours, and it is not longer", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.boolean(), (text, isUnicode) => {
      const shown = shownText(text, { isUnicode });
      expect(shown).not.toMatch(/[\p{C}\p{M}\p{Zl}\p{Zp}]/u);
      expect(shown.length).toBeLessThanOrEqual(text.length);
    }),
  );
});

test("of an address that is too long both ends are kept", () => {
  expect(cutMiddle("short@example.com", 20)).toBe("short@example.com");
  const long = `${"a".repeat(100)}@example.com`;
  expect(cutMiddle(long, 30)).toHaveLength(30);
  expect(cutMiddle(long, 30)).toMatch(/^a+\.\.\..*@example\.com$/);
});
