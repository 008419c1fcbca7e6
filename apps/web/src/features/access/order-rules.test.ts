import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastPriority, moveRule, PRIORITY } from "./order-rules.ts";

interface Rule {
  id: string;
  priority: number;
  created_at: string;
}

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
/** As the server orders them. */
const inOrder = (rules: readonly Rule[]) =>
  rules.toSorted(
    (one, other) =>
      one.priority - other.priority || one.created_at.localeCompare(other.created_at) || one.id.localeCompare(other.id),
  );
const list = (...priorities: number[]): Rule[] =>
  inOrder(priorities.map((priority, index) => ({ id: String(index), priority, created_at: at(index) })));
const ids = (rules: readonly Rule[]) => rules.map(({ id }) => id);

describe("the least is changed", () => {
  test("between two, if there is room", () => {
    expect(moveRule(list(10, 20, 30), "2", 1)).toEqual([{ id: "2", priority: 14 }]);
  });
  test("to both ends, with room left", () => {
    expect(moveRule(list(100, 200, 300), "2", 0)).toEqual([{ id: "2", priority: 89 }]);
    expect(moveRule(list(100, 200, 300), "0", 2)).toEqual([{ id: "0", priority: 311 }]);
  });
  test("an older rule needs no number of its own before a younger one", () => {
    expect(moveRule(list(2, 1), "0", 0)).toEqual([{ id: "0", priority: 0 }]);
    expect(moveRule(list(1, 0), "0", 0)).toEqual([{ id: "0", priority: 0 }]);
  });
  test("others make room as far as they must, the last of them first", () => {
    expect(moveRule(list(5, 5, 6, 9), "3", 1)).toEqual([
      { id: "1", priority: 6 },
      { id: "3", priority: 5 },
    ]);
    expect(moveRule(inOrder([...list(9, 9), { id: "old", priority: 0, created_at: at(-1) }]), "1", 0)).toEqual([
      { id: "old", priority: 1 },
      { id: "1", priority: 0 },
    ]);
  });
  test("downwards where there is no more room upwards", () => {
    const { max } = PRIORITY;
    expect(moveRule(list(max - 1, max), "0", 1)).toEqual([
      { id: "1", priority: max - 1 },
      { id: "0", priority: max },
    ]);
  });
});

const anyRules = fc
  .array(fc.record({ priority: fc.nat({ max: 12 }), born: fc.nat({ max: 6 }), isHigh: fc.boolean() }), {
    minLength: 1,
    maxLength: 9,
  })
  .map((all) =>
    inOrder(
      all.map(({ priority, born, isHigh }, index) => ({
        id: String(index),
        priority: isHigh ? PRIORITY.max - priority : priority,
        created_at: at(born),
      })),
    ),
  );

test("the rule is where it was moved to, and at no step do two others pass each other, or any pair pass and return", () => {
  fc.assert(
    fc.property(anyRules, fc.nat(), fc.nat(), (rules, which, where) => {
      const id = String(which % rules.length);
      const others = ids(rules).filter((each) => each !== id);
      const to = where % rules.length;
      const wanted = others.toSpliced(to, 0, id);
      const changes = moveRule(rules, id, to);
      if (changes === undefined) throw new Error("nine rules found no room");
      let now = rules;
      for (const { id: changed, priority } of changes) {
        expect(priority).toBeGreaterThanOrEqual(PRIORITY.min);
        expect(priority).toBeLessThanOrEqual(PRIORITY.max);
        const before = ids(now);
        now = inOrder(now.map((rule) => (rule.id === changed ? { ...rule, priority } : rule)));
        expect(ids(now).filter((each) => each !== id)).toEqual(others);
        // Towards its place, never away from it.
        const distance = (order: string[]) => Math.abs(order.indexOf(id) - to);
        expect(distance(ids(now))).toBeLessThanOrEqual(distance(before));
      }
      expect(ids(now)).toEqual(wanted);
    }),
    { numRuns: 5_000 },
  );
});

test("a new rule counts last", () => {
  expect(lastPriority([])).toBe(10);
  expect(lastPriority(list(5, 100))).toBe(110);
  expect(lastPriority(list(PRIORITY.max))).toBe(PRIORITY.max);
});
