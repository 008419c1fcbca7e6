import { INPUT_MESSAGE_BYTES, INPUT_PENDING_BYTES } from "@sallyport/protocol";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { InputPacer } from "./input-pacer.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const RATE = 100;

/** A bucket that refills by the second, as the library's does. */
function harness({ tokens = RATE, ready = () => true }: { tokens?: number; ready?: () => boolean } = {}) {
  const state = { tokens, sent: [] as Buffer[], limited: 0, paused: false, now: 0 };
  const pacer = new InputPacer(RATE, {
    take: () => {
      if (state.tokens < 1) return false;
      state.tokens -= 1;
      return true;
    },
    tokensAvailable: () => state.tokens,
    ready,
    send: (bytes) => state.sent.push(bytes),
    limited: () => {
      state.limited += 1;
    },
    pause: () => {
      state.paused = true;
    },
    resume: () => {
      state.paused = false;
    },
    now: () => state.now,
  });
  const pass = (ms: number) => {
    state.now += ms;
    vi.advanceTimersByTime(ms);
  };
  const text = () => Buffer.concat(state.sent).toString();
  return { pacer, state, pass, text };
}

describe("InputPacer", () => {
  test("a keystroke goes out at once", () => {
    const { pacer, state } = harness();
    pacer.push(Buffer.from("a"));
    expect(state.sent).toHaveLength(1);
  });

  test("VT-082 an empty bucket is told once, and loses nothing", () => {
    const { pacer, state, pass, text } = harness({ tokens: 0 });
    for (let n = 0; n < 10; n++) pacer.push(Buffer.from("x"));
    pass(300);
    expect(state).toMatchObject({ limited: 1, sent: [] });
    state.tokens = RATE;
    pass(100);
    expect(text()).toBe("x".repeat(10));
  });

  test("a bucket that runs low joins keystrokes instead of running dry", () => {
    const { pacer, state, pass, text } = harness({ tokens: 25 });
    for (let n = 0; n < 200; n++) {
      pacer.push(Buffer.from("k"));
      pass(1);
    }
    pass(20);
    expect(text()).toBe("k".repeat(200));
    expect(state.sent.length).toBeLessThanOrEqual(23);
  });

  test("a paste is cut into messages of the largest size", () => {
    const { pacer, state } = harness();
    pacer.push(Buffer.alloc(INPUT_MESSAGE_BYTES * 2 + 5));
    expect(state.sent.map(({ length }) => length)).toEqual([INPUT_MESSAGE_BYTES, INPUT_MESSAGE_BYTES, 5]);
  });

  test("beyond the bound the viewer is not read, and is read again when there is room", () => {
    let open = false;
    const { pacer, state } = harness({ ready: () => open });
    pacer.push(Buffer.alloc(INPUT_PENDING_BYTES + 1));
    expect(state.paused).toBe(true);
    open = true;
    pacer.pump();
    expect(state.paused).toBe(false);
  });

  test("whatever the timing, every byte arrives once and in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat({ max: 40 })), { maxLength: 60 }),
        fc.nat({ max: 150 }),
        (pushes, tokens) => {
          const { pacer, state, pass } = harness({ tokens });
          for (const [bytes, ms] of pushes) {
            pacer.push(Buffer.from(bytes));
            pass(ms);
          }
          state.tokens = 1_000;
          pass(2_000);
          expect(Buffer.concat(state.sent)).toEqual(Buffer.concat(pushes.map(([bytes]) => bytes)));
          expect(pacer.pendingBytes).toBe(0);
        },
      ),
    );
  });
});
