import fc from "fast-check";
import { expect, test } from "vitest";
import x11 from "x11";
import { keysymsOfNamedKey, numpadKeysym } from "./named-keys.ts";

const called = (name: string): number => x11.keySyms[`XK_${name}`]?.code ?? 0;

test.each([
  ["Enter", "Enter", "Return"],
  ["NumpadEnter", "Enter", "KP_Enter"],
  ["ArrowUp", "ArrowUp", "Up"],
  ["Numpad8", "ArrowUp", "KP_Up"],
  ["NumpadDecimal", "Delete", "KP_Delete"],
  ["ShiftLeft", "Shift", "Shift_L"],
  ["ShiftRight", "Shift", "Shift_R"],
  ["ControlRight", "Control", "Control_R"],
  ["AltRight", "Alt", "Alt_R"],
  ["AltRight", "AltGraph", "ISO_Level3_Shift"],
  ["MetaLeft", "Meta", "Super_L"],
  ["CapsLock", "Shift", "Shift_L"],
  ["F1", "F1", "F1"],
  ["F24", "F24", "F24"],
  ["PrintScreen", "PrintScreen", "Print"],
  ["KanaMode", "HiraganaKatakana", "Hiragana_Katakana"],
])("%s, which says %s, is %s", (code, key, name) => {
  expect(keysymsOfNamedKey({ code, key })[0]).toBe(called(name));
});

test.each(["CapsLock", "NumLock", "Dead", "Compose", "Process", "Unidentified", "Fn", "F0", "F99", "constructor", ""])(
  "%s is nothing by itself",
  (key) => expect(keysymsOfNamedKey({ code: key, key })).toEqual([]),
);

test("whatever is said, keysyms come back", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (code, key) => {
      for (const keysym of keysymsOfNamedKey({ code, key })) expect(keysym).toBeGreaterThan(0);
    }),
  );
});

test("the number pad has its own digits and signs", () => {
  expect(numpadKeysym("7")).toBe(called("KP_7"));
  expect(numpadKeysym("/")).toBe(called("KP_Divide"));
  expect(numpadKeysym("a")).toBeUndefined();
});
