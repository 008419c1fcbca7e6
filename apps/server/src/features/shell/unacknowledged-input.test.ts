import fc from "fast-check";
import { expect, test } from "vitest";
import { UnacknowledgedInput } from "./unacknowledged-input.ts";

test("I1 whatever is acknowledged and however often it starts again, each byte is sent from where the host says", () => {
  const anyStep = fc.oneof(
    fc.record({ type: fc.constant("push" as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
    fc.record({ type: fc.constant("ack" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ type: fc.constant("resume" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  );
  fc.assert(
    fc.property(fc.nat(1_000), fc.array(anyStep, { maxLength: 60 }), (start, steps) => {
      const input = new UnacknowledgedInput();
      expect(input.startAt(start)).toBe(true);
      const typed: number[] = [];
      let acknowledged = start;
      for (const step of steps) {
        if (step.type === "push") {
          expect(input.push(Buffer.from(step.bytes))).toBe(start + typed.length);
          typed.push(...step.bytes);
          continue;
        }
        const at = acknowledged + Math.floor(step.share * (start + typed.length - acknowledged));
        if (step.type === "ack") expect(input.acknowledge(at)).toBe(at > acknowledged);
        else expect(input.resumeAt(at)).toBe(true);
        acknowledged = at;
        const left = input.unacknowledged();
        expect(Buffer.concat(left.map(({ bytes }) => bytes))).toEqual(Buffer.from(typed.slice(at - start)));
        for (const [index, { offset }] of left.entries()) {
          const before = left.slice(0, index).reduce((sum, { bytes }) => sum + bytes.length, 0);
          expect(offset).toBe(at + before);
        }
        expect(input.bytes).toBe(start + typed.length - at);
      }
    }),
  );
});

test("a host that forgot bytes it had confirmed, or has some that were never sent, is not believed", () => {
  const input = new UnacknowledgedInput();
  input.startAt(0);
  input.push(Buffer.from("abc"));
  input.acknowledge(2);
  expect(input.resumeAt(1)).toBe(false);
  expect(input.resumeAt(4)).toBe(false);
  expect(input.acknowledge(4)).toBe(false);
  expect(input.resumeAt(2)).toBe(true);
});
