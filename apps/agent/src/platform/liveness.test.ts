import { DEAD_AFTER_MS, PING_INTERVAL_MS } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SilenceClock } from "./liveness.ts";

describe("SilenceClock", () => {
  test("a silent peer is dead after the time that both sides agree on, not before", () => {
    const silence = new SilenceClock(0);
    const deadAt = [];
    for (let now = PING_INTERVAL_MS; now <= DEAD_AFTER_MS; now += PING_INTERVAL_MS) {
      if (silence.tick(now)) deadAt.push(now);
    }
    expect(deadAt).toEqual([DEAD_AFTER_MS]);
  });

  test("a peer whose last answer came a moment after the tick that asked for it is dead no later", () => {
    const silence = new SilenceClock(0);
    silence.heard(40);
    expect(silence.tick(PING_INTERVAL_MS)).toBe(false);
    expect(silence.tick(2 * PING_INTERVAL_MS)).toBe(false);
    expect(silence.tick(DEAD_AFTER_MS)).toBe(true);
  });

  test("time in which we stood still ourselves does not count", () => {
    const silence = new SilenceClock(0);
    expect(silence.tick(PING_INTERVAL_MS)).toBe(false);
    const afterSleep = 3_600_000;
    expect(silence.tick(afterSleep)).toBe(false);
    expect(silence.tick(afterSleep + PING_INTERVAL_MS)).toBe(true);
  });

  test("a peer that is heard from between any two ticks never dies", () => {
    const anyTickDelays = fc.array(fc.integer({ min: PING_INTERVAL_MS, max: 100_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(anyTickDelays, (delays) => {
        const silence = new SilenceClock(0);
        let now = 0;
        for (const delay of delays) {
          silence.heard(now + 1);
          now += delay;
          expect(silence.tick(now)).toBe(false);
        }
      }),
    );
  });
});
