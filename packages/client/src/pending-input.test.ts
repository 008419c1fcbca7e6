import { INPUT_FRAME_BYTES, INPUT_WINDOW_BYTES } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { INPUT_PASTE_BYTES, type InputFrame, PendingInput } from "./pending-input.ts";

const attachedAt = (inputNext: number) => {
  const input = new PendingInput();
  input.attach(inputNext);
  return input;
};

/** Everything that may be sent now. Copies, as a socket makes them. */
function sendAll(input: PendingInput): InputFrame[] {
  const frames: InputFrame[] = [];
  for (let frame = input.next(); frame; frame = input.next()) frames.push({ ...frame, payload: frame.payload.slice() });
  return frames;
}

describe("what was typed and is not taken", () => {
  test("waits for the first attach and gets its offsets there", () => {
    const input = new PendingInput();
    input.type(Uint8Array.of(1, 2));
    expect(sendAll(input)).toEqual([]);
    expect(input.attach(40)).toBe(0);
    expect(sendAll(input)).toEqual([{ offset: 40, payload: Uint8Array.of(1, 2) }]);
  });

  test("is sent again from where the terminal is", () => {
    const input = attachedAt(0);
    input.type(Uint8Array.of(1, 2, 3, 4));
    sendAll(input);
    input.disconnected();
    input.type(Uint8Array.of(5));
    expect(input.attach(2)).toBe(0);
    expect(sendAll(input)).toEqual([{ offset: 2, payload: Uint8Array.of(3, 4, 5) }]);
  });

  test.each([
    ["more than we ever typed", 9],
    ["less than it had", 1],
  ])("is given up when the terminal has %s: somebody else typed", (_, inputNext) => {
    const input = attachedAt(0);
    input.type(Uint8Array.of(1, 2, 3, 4));
    sendAll(input);
    input.acknowledge(2);
    expect(input.attach(inputNext)).toBe(2);
    expect(sendAll(input)).toEqual([]);
    input.type(Uint8Array.of(7));
    expect(sendAll(input)).toEqual([{ offset: inputNext, payload: Uint8Array.of(7) }]);
  });

  test("after a takeover, what is typed anew is never mistaken for what was given up", () => {
    const input = attachedAt(0);
    input.type(Uint8Array.of(1, 2));
    sendAll(input);
    expect(input.giveUp()).toBe(2);
    input.type(Uint8Array.of(3, 4, 5));
    expect(input.attach(2)).toBe(0);
    expect(sendAll(input)).toEqual([{ offset: 2, payload: Uint8Array.of(3, 4, 5) }]);
  });

  test("is limited to one window while disconnected, and the rest is refused", () => {
    const input = attachedAt(0);
    input.disconnected();
    expect(input.type(new Uint8Array(INPUT_WINDOW_BYTES - 1))).toBe(INPUT_WINDOW_BYTES - 1);
    expect(input.type(Uint8Array.of(1, 2))).toBe(1);
    expect(input.type(Uint8Array.of(3))).toBe(0);
    expect(input.byteCount).toBe(INPUT_WINDOW_BYTES);
  });

  test("may be a long paste while connected", () => {
    const input = attachedAt(0);
    expect(input.type(new Uint8Array(INPUT_PASTE_BYTES + 1))).toBe(INPUT_PASTE_BYTES);
    expect(sendAll(input)).toHaveLength(INPUT_WINDOW_BYTES / INPUT_FRAME_BYTES);
    input.disconnected();
    expect(input.type(Uint8Array.of(1))).toBe(0);
  });

  test("is not sent after the program's end", () => {
    const input = attachedAt(0);
    input.type(Uint8Array.of(1));
    expect(input.end()).toBe(1);
    expect(input.type(Uint8Array.of(2))).toBe(0);
    expect(input.attach(0)).toBe(0);
    expect(sendAll(input)).toEqual([]);
  });

  test("cannot be acknowledged before it was sent", () => {
    const input = attachedAt(5);
    input.type(Uint8Array.of(1));
    expect(input.acknowledge(6)).toBe(false);
    sendAll(input);
    expect(input.acknowledge(6)).toBe(true);
    expect(input.acknowledge(5)).toBe(true);
    expect(input.acknowledged).toBe(6);
  });
});

const anyAction = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.integer({ min: 1, max: INPUT_WINDOW_BYTES / 2 }) }) },
  { weight: 2, arbitrary: fc.record({ send: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ deliver: fc.integer({ min: 1, max: 6 }), twice: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ acknowledge: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant("cut" as const) },
  { weight: 3, arbitrary: fc.constant("attach" as const) },
);

test("each byte reaches the terminal once and in order, with any cuts, repeats and lost answers (I1, I12)", () => {
  fc.assert(
    fc.property(fc.array(anyAction, { maxLength: 60 }), (actions) => {
      const input = new PendingInput();
      // The byte at an offset is known, so both ends need only be counted.
      const byteAt = (offset: number) => (offset * 7) & 255;
      let accepted = 0;
      let taken = 0;
      let underWay: InputFrame[] = [];
      let isAttached = false;
      const send = (most: number) => {
        for (let sent = 0; sent < most; sent++) {
          const frame = input.next();
          if (!frame) return;
          expect(frame.payload.length).toBeLessThanOrEqual(INPUT_FRAME_BYTES);
          underWay.push({ ...frame, payload: frame.payload.slice() });
        }
      };
      const take = ({ offset, payload }: InputFrame) => {
        expect(offset, "no holes").toBeLessThanOrEqual(taken);
        expect(payload.every((byte, at) => byte === byteAt(offset + at))).toBe(true);
        taken = Math.max(taken, offset + payload.length);
      };
      const cut = () => {
        isAttached = false;
        underWay = [];
        input.disconnected();
      };
      const attach = () => {
        cut();
        isAttached = true;
        expect(input.attach(taken), "nothing is given up").toBe(0);
      };
      for (const action of actions) {
        if (action === "cut") cut();
        else if (action === "attach") attach();
        else if ("type" in action) {
          accepted += input.type(Uint8Array.from({ length: action.type }, (_, at) => byteAt(accepted + at)));
        } else if ("send" in action) send(action.send);
        else if ("deliver" in action) {
          for (const frame of underWay.splice(0, action.deliver)) {
            take(frame);
            if (action.twice) take(frame);
          }
        } else if (isAttached && action.acknowledge) expect(input.acknowledge(taken)).toBe(true);
        expect(input.acknowledged).toBeLessThanOrEqual(taken);
        expect(input.typed).toBe(accepted);
        expect(underWay.reduce((sum, { payload }) => sum + payload.length, 0)).toBeLessThanOrEqual(INPUT_WINDOW_BYTES);
      }
      attach();
      while (input.byteCount > 0) {
        send(100);
        for (const frame of underWay.splice(0)) take(frame);
        input.acknowledge(taken);
      }
      expect(taken).toBe(accepted);
    }),
    { numRuns: process.env.NIGHTLY ? 2_000 : 100 },
  );
});
