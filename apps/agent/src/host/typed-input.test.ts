import fc from "fast-check";
import { expect, test } from "vitest";
import { TypedInput } from "./typed-input.ts";

test("whatever is repeated or split differently, each typed byte is taken once and in order", () => {
  const anyTyping = fc.uint8Array({ minLength: 1, maxLength: 200 });
  const anySends = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 40 });
  fc.assert(
    fc.property(anyTyping, anySends, (typed, sends) => {
      const input = new TypedInput();
      const taken: number[] = [];
      for (const [a, b] of [...sends, [0, typed.length] as const]) {
        const from = a % typed.length;
        const to = from + (b % (typed.length - from + 1));
        const last = sends.length === 0 || b === typed.length;
        const bytes = last ? typed : typed.subarray(from, to);
        const fresh = input.take(last ? 0 : from, bytes);
        if (fresh === undefined) expect(from).toBeGreaterThan(taken.length);
        else taken.push(...fresh);
        expect(input.next).toBe(taken.length);
        expect(taken).toEqual([...typed.subarray(0, taken.length)]);
      }
    }),
  );
});

test("a hole is noticed and changes nothing", () => {
  const input = new TypedInput();
  input.take(0, new Uint8Array([1, 2]));
  expect(input.take(3, new Uint8Array([4]))).toBeUndefined();
  expect(input.next).toBe(2);
});
