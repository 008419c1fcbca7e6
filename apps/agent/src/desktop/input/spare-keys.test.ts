import fc from "fast-check";
import { expect, test } from "vitest";
import { SpareKeys } from "./spare-keys.ts";

const never = () => false;
const REST_MS = 500;
const at = (nowMs: number, isHeld: (keycode: number) => boolean = never) => ({ nowMs, restMs: REST_MS, isHeld });

test("each character has its key, first without Shift, then with it", () => {
  const spares = new SpareKeys([8, 9]);
  expect(spares.lend(100, at(0))).toEqual({ keycode: 8, shift: undefined, map: [100, 100] });
  expect(spares.lend(101, at(1))).toEqual({ keycode: 9, shift: undefined, map: [101, 101] });
  expect(spares.lend(102, at(2))).toEqual({ keycode: 8, shift: true, map: [100, 102] });
  expect(spares.lend(100, at(3))).toEqual({ keycode: 8, shift: false, map: undefined });
  expect(spares.isLent(9)).toBe(true);
});

test("a key is given away only when it has rested, the longest unused one first, and never while it is down", () => {
  const spares = new SpareKeys([8]);
  spares.lend(100, at(0));
  spares.lend(101, at(10));
  expect(spares.lend(102, at(100))).toEqual({ waitMs: 400 });
  spares.touch(8, 200);
  expect(spares.lend(102, at(500))).toEqual({ waitMs: 200 });
  expect(
    spares.lend(
      102,
      at(700, () => true),
    ),
  ).toEqual({ waitMs: REST_MS });
  expect(spares.lend(102, at(700))).toMatchObject({ keycode: 8 });
  expect(new SpareKeys([]).lend(100, at(0))).toBeUndefined();
});

test("what is lent is kept when the keyboard changes", () => {
  const spares = new SpareKeys([8, 9]);
  spares.lend(100, at(0));
  const renewed = new SpareKeys([8, 9], spares.entries());
  expect(renewed.lend(100, at(1))).toMatchObject({ keycode: 8, map: undefined });
  expect(renewed.lend(101, at(1))).toMatchObject({ keycode: 9 });
});

test("a program that handles keys within the time of rest reads what was typed", () => {
  const typed = fc.array(fc.record({ keysym: fc.integer({ min: 1, max: 12 }), pauseMs: fc.nat(100) }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(typed, fc.integer({ min: 1, max: 4 }), (strokes, keys) => {
      const spares = new SpareKeys(Array.from({ length: keys }, (_, index) => 8 + index));
      const mapping = new Map<string, { keysym: number; from: number }[]>();
      let nowMs = 0;
      const pressed: { slot: string; keysym: number; atMs: number }[] = [];
      for (const { keysym, pauseMs } of strokes) {
        nowMs += pauseMs;
        let loan = spares.lend(keysym, at(nowMs));
        while (loan && "waitMs" in loan) {
          expect(loan.waitMs).toBeGreaterThan(0);
          nowMs += loan.waitMs;
          loan = spares.lend(keysym, at(nowMs));
        }
        if (!loan) throw new Error("there are keys");
        for (const [level, mapped] of (loan.map ?? []).entries()) {
          const slot = `${loan.keycode}/${level}`;
          mapping.set(slot, [...(mapping.get(slot) ?? []), { keysym: mapped, from: nowMs }]);
        }
        pressed.push({ slot: `${loan.keycode}/${loan.shift ? 1 : 0}`, keysym, atMs: nowMs });
      }
      for (const { slot, keysym, atMs } of pressed) {
        const seen = (mapping.get(slot) ?? []).filter(({ from }) => from < atMs + REST_MS).at(-1);
        expect(seen?.keysym).toBe(keysym);
      }
    }),
  );
});
