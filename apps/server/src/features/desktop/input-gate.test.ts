import { DESKTOP_INPUTS } from "@sallyport/protocol";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { InputGate } from "./input-gate.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const { perSecond, burst } = DESKTOP_INPUTS;

function gate() {
  const state = { sent: [] as string[], isReady: true, isRead: true, reads: 0 };
  const under = new InputGate({
    ready: () => state.isReady,
    send: (message) => state.sent.push(message),
    read: (isRead) => {
      state.isRead = isRead;
      state.reads += 1;
    },
    now: () => Date.now(),
  });
  return { state, under };
}

test("within the rate everything goes on at once, in order", () => {
  const { state, under } = gate();
  for (let at = 0; at < burst; at++) under.push(String(at));
  expect(state.sent).toEqual(Array.from({ length: burst }, (_, at) => String(at)));
  expect(state.reads).toBe(0);
});

test("beyond it the viewer is not read, nothing is lost, and no more than the rate goes on", () => {
  const { state, under } = gate();
  const all = burst + 3 * perSecond;
  for (let at = 0; at < all; at++) under.push(String(at));
  expect(state.sent).toHaveLength(burst);
  expect(state.isRead).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(state.sent.length).toBeLessThanOrEqual(burst + perSecond);
  expect(state.sent.length).toBeGreaterThan(burst + 0.9 * perSecond);
  vi.advanceTimersByTime(2_500);
  expect(state.sent).toEqual(Array.from({ length: all }, (_, at) => String(at)));
  expect(state.isRead).toBe(true);
});

test("what the machine cannot take yet waits for it", () => {
  const { state, under } = gate();
  state.isReady = false;
  under.push("a");
  vi.advanceTimersByTime(60_000);
  expect([state.sent, state.isRead]).toEqual([[], true]);
  for (let at = 0; at < 100; at++) under.push(String(at));
  expect(state.isRead).toBe(false);
  state.isReady = true;
  under.pump();
  expect([state.sent.length, state.isRead]).toEqual([101, true]);
});

test("whatever comes when: each message once, in order, and the viewer is read again in the end", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 1, max: 800 }), fc.constantFrom("stuck", "free", "wait")), { maxLength: 30 }),
      (steps) => {
        const { state, under } = gate();
        let pushed = 0;
        for (const step of steps) {
          if (step === "stuck") state.isReady = false;
          else if (step === "free") {
            state.isReady = true;
            under.pump();
          } else if (step === "wait") vi.advanceTimersByTime(300);
          else for (let at = 0; at < step; at++) under.push(String(pushed++));
        }
        state.isReady = true;
        under.pump();
        vi.advanceTimersByTime(120_000);
        expect(state.sent).toEqual(Array.from({ length: pushed }, (_, at) => String(at)));
        expect(state.isRead).toBe(true);
        under.close();
      },
    ),
  );
});
