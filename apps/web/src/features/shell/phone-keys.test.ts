import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HELD_KEYS, type HeldKey, heldText, isTyped, PHONE_KEYS, type PhoneKey, pressedText } from "./phone-keys.ts";

test.each<[PhoneKey, HeldKey[], boolean, string]>([
  ["Esc", [], false, "\x1b"],
  ["Tab", [], false, "\t"],
  ["Esc", ["Alt"], false, "\x1b\x1b"],
  ["↑", [], false, "\x1b[A"],
  ["←", [], true, "\x1bOD"],
  ["→", ["Ctrl"], true, "\x1b[1;5C"],
  ["↓", ["Alt"], false, "\x1b[1;3B"],
  ["Home", [], false, "\x1b[H"],
  ["End", [], true, "\x1bOF"],
  ["PgUp", [], false, "\x1b[5~"],
  ["PgDn", ["Ctrl", "Alt"], false, "\x1b[6;7~"],
  ["|", [], false, "|"],
  ["-", ["Alt"], false, "\x1b-"],
  ["/", ["Ctrl"], false, "\x1f"],
])("%s with %j held, application mode %j, is %j", (key, held, applicationCursor, text) => {
  expect(pressedText(key, { held, applicationCursor })).toBe(text);
});

describe("a character that is typed while keys are held", () => {
  test.each<[string, HeldKey[], string]>([
    ["c", ["Ctrl"], "\x03"],
    ["C", ["Ctrl"], "\x03"],
    ["[", ["Ctrl"], "\x1b"],
    [" ", ["Ctrl"], "\0"],
    ["?", ["Ctrl"], "\x7f"],
    ["ß", ["Ctrl"], "ß"],
    ["b", ["Alt"], "\x1bb"],
    ["d", ["Ctrl", "Alt"], "\x1b\x04"],
    ["😀", ["Alt"], "\x1b😀"],
    ["ls ", ["Ctrl", "Alt"], "ls "],
    ["", ["Ctrl"], ""],
    ["c", [], "c"],
  ])("%j with %j is %j", (typed, held, text) => {
    expect(heldText(typed, held)).toBe(text);
  });
});

test("nothing is lost: without held keys, text is itself, and every key of the row is something", () => {
  fc.assert(fc.property(fc.string(), (text) => heldText(text, []) === text));
  for (const key of PHONE_KEYS) {
    expect(pressedText(key, { held: [], applicationCursor: false })).not.toBe("");
    expect(pressedText(key, { held: HELD_KEYS, applicationCursor: true })).not.toBe("");
  }
});

test.each([
  ["a", true],
  ["\x1b", true],
  ["ls -l", true],
  ["\x1b[?1;2c", false],
  ["\x1b[M !!", false],
])("%j is typed: %j", (text, typed) => {
  expect(isTyped(text)).toBe(typed);
});
