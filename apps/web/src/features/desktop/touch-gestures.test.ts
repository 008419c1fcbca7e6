import fc from "fast-check";
import { expect, test } from "vitest";
import { TouchGestures } from "./touch-gestures.ts";

function aScreen() {
  const acts: unknown[][] = [];
  const timers = new Set<() => void>();
  const fingers = new TouchGestures({
    pointer: ({ x, y }, buttons) => acts.push(["pointer", x, y, buttons]),
    scroll: ({ x, y }) => acts.push(["scroll", x, y]),
    zoom: (factor) => acts.push(["zoom", factor]),
    heldLong: () => acts.push(["held"]),
    later: (_ms, act) => {
      timers.add(act);
      return () => timers.delete(act);
    },
  });
  const wait = () => {
    for (const act of [...timers]) {
      timers.delete(act);
      act();
    }
  };
  return { acts, fingers, wait };
}

test("a tap is a click", () => {
  const { acts, fingers, wait } = aScreen();
  fingers.start(1, { x: 10, y: 20 });
  fingers.move(1, { x: 12, y: 21 });
  fingers.end(1);
  wait();
  expect(acts).toEqual([
    ["pointer", 10, 20, 0],
    ["pointer", 10, 20, 1],
    ["pointer", 10, 20, 0],
  ]);
});

test("a finger that rests is the right button, once", () => {
  const { acts, fingers, wait } = aScreen();
  fingers.start(1, { x: 10, y: 20 });
  wait();
  fingers.move(1, { x: 100, y: 20 });
  fingers.end(1);
  expect(acts).toEqual([["held"], ["pointer", 10, 20, 0], ["pointer", 10, 20, 2], ["pointer", 10, 20, 0]]);
});

test("a finger that moves drags from where it began", () => {
  const { acts, fingers, wait } = aScreen();
  fingers.start(1, { x: 10, y: 20 });
  fingers.move(1, { x: 60, y: 20 });
  wait();
  fingers.move(1, { x: 70, y: 30 });
  fingers.end(1);
  expect(acts).toEqual([
    ["pointer", 10, 20, 0],
    ["pointer", 10, 20, 1],
    ["pointer", 60, 20, 1],
    ["pointer", 70, 30, 1],
    ["pointer", 70, 30, 0],
  ]);
});

test("two fingers that move together are the wheel, and press nothing", () => {
  const { acts, fingers, wait } = aScreen();
  fingers.start(1, { x: 100, y: 100 });
  fingers.start(2, { x: 200, y: 100 });
  wait();
  for (const y of [110, 120, 130]) {
    fingers.move(1, { x: 100, y });
    fingers.move(2, { x: 200, y });
  }
  fingers.end(1);
  fingers.move(2, { x: 200, y: 300 });
  fingers.end(2);
  expect(acts.every(([kind]) => kind === "scroll")).toBe(true);
  expect(acts.reduce((sum, [, , y]) => sum + Number(y), 0)).toBeGreaterThan(10);
});

test("two fingers that part make the view larger", () => {
  const { acts, fingers } = aScreen();
  fingers.start(1, { x: 100, y: 100 });
  fingers.start(2, { x: 200, y: 100 });
  fingers.move(2, { x: 225, y: 100 });
  fingers.move(2, { x: 250, y: 100 });
  expect(acts).toEqual([["zoom", 150 / 125]]);
});

test("whatever the fingers do, no button stays down and no second one is pressed before it is up", () => {
  const step = fc.record({
    act: fc.constantFrom("start", "move", "end", "cancel", "wait"),
    id: fc.integer({ min: 1, max: 3 }),
    x: fc.nat(300),
    y: fc.nat(300),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { acts, fingers, wait } = aScreen();
      for (const { act, id, x, y } of steps) {
        if (act === "wait") wait();
        else if (act === "start" || act === "move") fingers[act](id, { x, y });
        else fingers[act](id);
      }
      for (const id of [1, 2, 3]) fingers.cancel(id);
      const buttons = acts.filter(([kind]) => kind === "pointer").map(([, , , held]) => Number(held));
      expect(buttons.at(-1) ?? 0).toBe(0);
      buttons.reduce((before, now) => {
        expect(before === 0 || now === 0 || before === now).toBe(true);
        return now;
      }, 0);
    }),
  );
});
