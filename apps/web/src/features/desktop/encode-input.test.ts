import { DesktopInput } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  combination,
  type InputMessage,
  isKey,
  KeySender,
  MotionSender,
  PointerSender,
  typedText,
  WheelSender,
} from "./encode-input.ts";

function recorder() {
  const sent: InputMessage[] = [];
  return { sent, send: (message: InputMessage) => void sent.push(message) };
}

const place = fc.record({ x: fc.nat(4_000), y: fc.nat(4_000), buttons: fc.nat(31) });

test("every press and release is told where it happened, and moves at most once between two frames", () => {
  const step = fc.oneof(place, fc.constant("frame" as const));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { sent, send } = recorder();
      const pointer = new PointerSender(send);
      const changes: InputMessage[] = [];
      let buttons = 0;
      for (const each of steps) {
        const before = sent.length;
        if (each === "frame") {
          pointer.flush();
          expect(sent.length - before).toBeLessThanOrEqual(1);
          continue;
        }
        pointer.at(each.x, each.y, each.buttons);
        if (each.buttons !== buttons) changes.push({ type: "pointer", ...each });
        else expect(sent.length).toBe(before);
        buttons = each.buttons;
      }
      pointer.flush();
      let last = 0;
      const told = sent.filter((message) => {
        if (message.type !== "pointer") return false;
        const isChange = message.buttons !== last;
        last = message.buttons;
        return isChange;
      });
      expect(told).toEqual(changes);
      const lastPlace = steps.findLast((each) => each !== "frame");
      if (lastPlace) expect(sent.at(-1)).toEqual({ type: "pointer", ...lastPlace });
      for (const message of sent) expect(DesktopInput.safeParse(message).success).toBe(true);
    }),
  );
});

test("a pointer that rests tells nothing", () => {
  const { sent, send } = recorder();
  const pointer = new PointerSender(send);
  pointer.at(5, 6, 0);
  pointer.flush();
  pointer.at(5, 6, 0);
  pointer.flush();
  expect(sent).toEqual([{ type: "pointer", x: 5, y: 6, buttons: 0 }]);
});

test("a held pointer loses no part of a pixel and no button", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.nat(3))), (moves) => {
      const { sent, send } = recorder();
      const motion = new MotionSender(send);
      for (const [by, buttons] of moves) {
        motion.by(by, -by, buttons);
        motion.flush();
      }
      const all = moves.reduce((sum, [by]) => sum + by, 0);
      const told = sent.reduce((sum, message) => sum + (message.type === "motion" ? message.dx : 0), 0);
      expect(Math.abs(all - told)).toBeLessThan(1.01);
      const last = sent.at(-1);
      if (last?.type === "motion" && moves.length > 0) expect(last.buttons).toBe(moves.at(-1)?.[1]);
      for (const message of sent) expect(DesktopInput.safeParse(message).success).toBe(true);
    }),
  );
});

test.each([
  ["a notch in pixels", { deltaX: 0, deltaY: 100, deltaMode: 0 }, { dx: 0, dy: 120 }],
  ["a notch in lines", { deltaX: 0, deltaY: -3, deltaMode: 1 }, { dx: 0, dy: -120 }],
  ["a page", { deltaX: 1, deltaY: 0, deltaMode: 2 }, { dx: 120, dy: 0 }],
  ["a wild one", { deltaX: 0, deltaY: 1e9, deltaMode: 0 }, { dx: 0, dy: 12_000 }],
])("the wheel: %s", (_, turned, told) => {
  const { sent, send } = recorder();
  const wheel = new WheelSender(send);
  wheel.turn(turned);
  wheel.flush();
  expect(sent).toEqual([{ type: "wheel", ...told }]);
  wheel.flush();
  expect(sent).toHaveLength(1);
});

test("a slow finger scrolls as far as a fast one", () => {
  const { sent, send } = recorder();
  const wheel = new WheelSender(send);
  for (let turn = 0; turn < 1_000; turn += 1) {
    wheel.turn({ deltaX: 0, deltaY: 0.25, deltaMode: 0 });
    wheel.flush();
  }
  const told = sent.reduce((sum, message) => sum + (message.type === "wheel" ? message.dy : 0), 0);
  // But for the last part of a unit.
  expect(told).toBeGreaterThanOrEqual(299);
});

const keys = (isMac = false) => {
  const { sent, send } = recorder();
  return { sent, keys: new KeySender(send, { isMac }) };
};
const down = (code: string, key: string) => ({ type: "key", code, key, down: true }) as const;
const up = (code: string, key: string) => ({ type: "key", code, key, down: false }) as const;

test("the key that goes up is the one that went down, though Shift has gone up before it", () => {
  const { sent, keys: sender } = keys();
  sender.down({ code: "ShiftLeft", key: "Shift" });
  sender.down({ code: "KeyA", key: "A" });
  sender.up({ code: "ShiftLeft", key: "Shift" });
  sender.up({ code: "KeyA", key: "a" });
  expect(sent).toEqual([down("ShiftLeft", "Shift"), down("KeyA", "A"), up("ShiftLeft", "Shift"), up("KeyA", "A")]);
});

test("a key that is held repeats, and goes up once", () => {
  const { sent, keys: sender } = keys();
  sender.down({ code: "KeyA", key: "a" });
  sender.down({ code: "KeyA", key: "a" });
  sender.up({ code: "KeyA", key: "a" });
  sender.up({ code: "KeyA", key: "a" });
  expect(sent).toEqual([down("KeyA", "a"), down("KeyA", "a"), up("KeyA", "a")]);
});

test("who leaves lets everything go, once", () => {
  const { sent, keys: sender } = keys();
  sender.down({ code: "AltLeft", key: "Alt" });
  sender.releaseAll();
  sender.releaseAll();
  sender.up({ code: "AltLeft", key: "Alt" });
  expect(sent).toEqual([down("AltLeft", "Alt"), { type: "release" }]);
});

test("AltGr as Windows tells it leaves no Control held", () => {
  const { sent, keys: sender } = keys();
  sender.down({ code: "ControlLeft", key: "Control" });
  sender.down({ code: "AltRight", key: "AltGraph" });
  sender.up({ code: "ControlLeft", key: "Control" });
  expect(sent).toEqual([down("ControlLeft", "Control"), up("ControlLeft", "Control"), down("AltRight", "AltGraph")]);
});

test("on macOS Command is Control, and what was pressed with it goes up with it", () => {
  const { sent, keys: sender } = keys(true);
  sender.down({ code: "MetaLeft", key: "Meta" });
  sender.down({ code: "KeyC", key: "c" });
  sender.up({ code: "MetaLeft", key: "Meta" });
  expect(sent).toEqual([
    down("ControlLeft", "Control"),
    down("KeyC", "c"),
    up("ControlLeft", "Control"),
    up("KeyC", "c"),
  ]);
  expect(sender.isHolding).toBe(false);
});

test.each([
  ["a letter", { code: "KeyA", key: "ä" }, true],
  ["a dead key", { code: "BracketLeft", key: "Dead" }, false],
  ["an input method's", { code: "KeyA", key: "Process" }, false],
  ["a phone's", { code: "", key: "Unidentified" }, false],
])("%s key is told as a key: %s", (_, event, is) => expect(isKey(event)).toBe(is));

test("a combination is let go in the other order", () => {
  expect(combination(["Ctrl", "Alt", "Del"])).toEqual([
    down("ControlLeft", "Control"),
    down("AltLeft", "Alt"),
    down("Delete", "Delete"),
    up("Delete", "Delete"),
    up("AltLeft", "Alt"),
    up("ControlLeft", "Control"),
  ]);
  expect(combination(["Ctrl", "W"])[1]).toEqual(down("KeyW", "w"));
  expect(combination(["Alt", "F4"])[1]).toEqual(down("F4", "F4"));
});

test("long text comes whole, in messages that the contract takes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.integer({ min: 0, max: 300 }), (piece, times) => {
      const text = piece.repeat(times);
      const messages = typedText(text);
      expect(messages.map((message) => (message.type === "text" ? message.text : "")).join("")).toBe(text);
      for (const message of messages) expect(DesktopInput.safeParse(message).success).toBe(true);
    }),
    { numRuns: 50 },
  );
});
