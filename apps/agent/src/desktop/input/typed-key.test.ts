import { expect, test } from "vitest";
import { typedKey } from "./typed-key.ts";

const free = { shift: false, command: false };
const first = (code: string, key: string, held = free) => {
  const typed = typedKey({ code, key }, held);
  return typed.kind === "nothing" ? undefined : typed.keysyms[0];
};
const code = (character: string) => character.charCodeAt(0);

test("a key with a character is that character, whichever key it is", () => {
  expect(first("KeyZ", "y")).toBe(code("y"));
  expect(first("KeyA", "A")).toBe(code("A"));
  expect(first("Digit2", "@")).toBe(code("@"));
});

test("a command is the letter of the key, large with Shift and small without, whatever Caps Lock says", () => {
  expect(first("KeyC", "C", { shift: false, command: true })).toBe(code("c"));
  expect(first("KeyV", "v", { shift: true, command: true })).toBe(code("V"));
  expect(first("KeyC", "с", { shift: false, command: true })).toBe(code("c"));
  expect(first("KeyC", "ψ", { shift: true, command: true })).toBe(code("C"));
  // A Latin letter is what it is, wherever it lies.
  expect(first("KeyQ", "a", { shift: false, command: true })).toBe(code("a"));
  expect(first("Minus", "ß", { shift: true, command: true })).toBe(0xdf);
});

test("keys of the number pad are of the number pad, and else what they say", () => {
  expect(typedKey({ code: "Numpad1", key: "1" }, free)).toMatchObject({ keysyms: [0xffb1, code("1"), 0x0100_0031] });
  expect(typedKey({ code: "KeyA", key: "Dead" }, free)).toEqual({ kind: "nothing" });
  expect(typedKey({ code: "ShiftLeft", key: "Shift" }, free)).toMatchObject({ kind: "key", isModifier: true });
});
