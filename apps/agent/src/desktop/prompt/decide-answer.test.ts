import fc from "fast-check";
import { expect, test } from "vitest";
import { Keysym } from "../input/keysyms.ts";
import { type AnswerEvent, type AnswerState, decideAnswer } from "./decide-answer.ts";

const fresh: AnswerState = { shownAt: 0, focusedAt: undefined, pressedOn: undefined, selected: undefined };

function answerTo(events: readonly AnswerEvent[]): string | undefined {
  let state = fresh;
  for (const event of events) {
    const decided = decideAnswer(state, event);
    if (decided.answer) return decided.answer;
    state = decided.state;
  }
  return undefined;
}
const click = (on: "allow" | "refuse" | undefined, atMs: number): AnswerEvent[] => [
  { kind: "press", on, atMs },
  { kind: "release", on, atMs },
];
const key = (keysym: number, atMs: number): AnswerEvent => ({ kind: "key", keysym, atMs });

test("a click on a button answers, but not in the first second, and not when it began elsewhere", () => {
  expect(answerTo(click("allow", 1_000))).toBe("allow");
  expect(answerTo(click("refuse", 1_000))).toBe("refuse");
  expect(answerTo(click("allow", 999))).toBeUndefined();
  expect(answerTo([click("allow", 999)[0] as AnswerEvent, click("allow", 1_100)[1] as AnswerEvent])).toBeUndefined();
  expect(answerTo([...click("refuse", 1_500).slice(0, 1), ...click("allow", 1_500).slice(1)])).toBeUndefined();
});

test("keys answer only after a click on the window, and Enter only what Tab has chosen", () => {
  const tabs = [key(Keysym.Tab, 4_000), key(Keysym.Tab, 4_100)];
  expect(answerTo([...click(undefined, 2_000), ...tabs, key(Keysym.Return, 4_200)])).toBe("allow");
  expect(answerTo([...click(undefined, 2_000), key(Keysym.Tab, 4_000), key(Keysym.Return, 4_200)])).toBe("refuse");
  expect(answerTo([...click(undefined, 2_000), key(Keysym.Escape, 4_000)])).toBe("refuse");
  expect(answerTo([...click(undefined, 2_000), key(Keysym.Return, 4_000)])).toBeUndefined();
  expect(answerTo([...click(undefined, 2_000), key(Keysym.Escape, 2_900)])).toBeUndefined();
});

test("who only types never agrees", () => {
  const typed = fc.record({
    kind: fc.constant("key" as const),
    keysym: fc.constantFrom(...Object.values(Keysym), 0x61),
    atMs: fc.nat(60_000),
  });
  fc.assert(
    fc.property(fc.array(typed), (events) => {
      expect(answerTo(events)).toBeUndefined();
    }),
  );
});
