import fc from "fast-check";
import { expect, test } from "vitest";
import { firstLine, plainText } from "./plain-text.ts";

test.each([
  ["\u001b[1;31mred\u001b[0m text", "red text"],
  ["\u001b]0;a title\u0007shown", "shown"],
  ["\u001b]8;;https://x.example\u001b\\link\u001b]8;;\u001b\\", "link"],
  ["\u001b(Bplain\u001b=", "plain"],
  ["\u009b31mred", "red"],
  ["one\r\ntwo\r\n", "one\ntwo\n"],
  ["10 %\r50 %\r100 %\ndone", "100 %\ndone"],
  ["tab\there\u0000\u0007\u0008", "tab\there"],
  ["abc\u202edcb\u2066x", "abcdcbx"],
  ["żółw 🐢", "żółw 🐢"],
])("what is written for terminals is shown as text (%#)", (written, shown) => {
  expect(plainText(written)).toBe(shown);
});

test("no control character is left, but for line ends and tabs", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(plainText(text)).not.toMatch(/[^\n\t\P{Cc}]/u);
    }),
  );
});

test("the first line is the first that says something", () => {
  expect(firstLine("\n \u001b[2m\n  up 3 days\nmore")).toBe("up 3 days");
  expect(firstLine(" \n\n")).toBeUndefined();
});
