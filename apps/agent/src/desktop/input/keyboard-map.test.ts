import { expect, test } from "vitest";
import { KeyboardMap } from "./keyboard-map.ts";

const [SHIFT, LEVEL_3, NUM_LOCK, CONTROL] = [0xffe1, 0xfe03, 0xff7f, 0xffe3];
const [KP_HOME, KP_7, KP_ADD] = [0xff95, 0xffb7, 0xffab];
const [Q, CYRILLIC] = [0x71, 0x6ca];

/** A German and a Russian layout, in small. */
const map = new KeyboardMap({
  first: 10,
  rows: [
    [Q, Q - 32, CYRILLIC, CYRILLIC + 32, 0x40, 0x7d9],
    [SHIFT, 0, SHIFT, 0, 0, 0],
    [LEVEL_3, 0, LEVEL_3, 0, 0, 0],
    [NUM_LOCK, 0, NUM_LOCK, 0, 0, 0],
    [CONTROL, 0, CONTROL, 0, 0, 0],
    [KP_HOME, KP_7, KP_HOME, KP_7, 0, 0],
    [KP_ADD, KP_ADD, KP_ADD, KP_ADD, 0, 0],
    [0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0],
  ],
  modifiers: [[11], [0], [14], [], [13], [], [], [12, 18]],
});

test("a character is on a key, with the modifiers of its level, in the layout that is in use", () => {
  expect(map.strokeOf([Q], 0)).toEqual({ keycode: 10, shift: false, level3: false });
  expect(map.strokeOf([Q - 32], 0)).toEqual({ keycode: 10, shift: true, level3: false });
  expect(map.strokeOf([0x40], 0)).toEqual({ keycode: 10, shift: false, level3: true });
  expect(map.strokeOf([1, 0x7d9], 0)).toEqual({ keycode: 10, shift: true, level3: true });
  expect(map.strokeOf([Q], 1)).toBeUndefined();
  expect(map.strokeOf([CYRILLIC], 1)).toEqual({ keycode: 10, shift: false, level3: false });
  expect(map.strokeOf([Q], 3)).toBeUndefined();
});

test("on the number pad Num Lock chooses, except where there is nothing to choose", () => {
  expect(map.strokeOf([KP_7], 0)).toEqual({ keycode: 15, numpadLevel: 2 });
  expect(map.keyOf([KP_HOME])).toEqual({ keycode: 15, numpadLevel: 1 });
  expect(map.strokeOf([KP_ADD], 0)).toEqual({ keycode: 16 });
});

test("it knows its modifiers, and which keys may be lent", () => {
  expect(map.shiftKeycodes).toEqual([11]);
  expect(map.level3Keycodes).toEqual([12]);
  expect(map.numLockMask).toBe(1 << 4);
  expect(map.lettersLocks & map.numLockMask).toBe(0);
  // What is a modifier is not unused, though it has no name; and it makes a command of what is typed.
  expect(map.unusedKeycodes).toEqual([17]);
  expect(map.commandKeycodes).toEqual([14, 18]);
});

test("without AltGr there is no third level", () => {
  const plain = new KeyboardMap({ first: 10, rows: [[Q, Q - 32, Q, Q - 32, 0x40, 0]], modifiers: [[]] });
  expect(plain.strokeOf([0x40], 0)).toBeUndefined();
});
