import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReplayGuard } from "./replay-guard.ts";

const TOLERANCE_MS = 60_000;
const NOW_MS = 1_900_000_000_000;
const aNonce = (n: number) => n.toString(16).padStart(32, "0");
const aGuard = (capacity?: number) => new ReplayGuard({ toleranceMs: TOLERANCE_MS, capacity });

describe("a replay guard", () => {
  test("admits a nonce once", () => {
    const guard = aGuard();
    expect(guard.admit(aNonce(1), NOW_MS, NOW_MS)).toBe("fresh");
    expect(guard.admit(aNonce(1), NOW_MS, NOW_MS)).toBe("used");
    expect(guard.admit(aNonce(1), NOW_MS + 30_000, NOW_MS)).toBe("used");
    expect(guard.admit(aNonce(2), NOW_MS, NOW_MS)).toBe("fresh");
  });

  test("remembers a message from the future until that, too, is too old", () => {
    const guard = aGuard();
    const stamp = NOW_MS + TOLERANCE_MS;
    guard.admit(aNonce(1), stamp, NOW_MS);
    expect(guard.admit(aNonce(1), stamp, NOW_MS + 2 * TOLERANCE_MS)).toBe("used");
    guard.forgetExpired(NOW_MS + 2 * TOLERANCE_MS + 1);
    expect(guard.size).toBe(0);
  });

  test("forgets what can no longer be repeated, without a timer", () => {
    const guard = aGuard();
    for (let n = 0; n < 1_000; n++) guard.admit(aNonce(n), NOW_MS + n, NOW_MS + n);
    guard.admit(aNonce(5_000), NOW_MS + 200_000, NOW_MS + 200_000);
    expect(guard.size).toBe(1);
  });

  test("VT-138 refuses when it is full of nonces that are still needed, and takes new ones when they expired", () => {
    const guard = aGuard(3);
    for (let n = 1; n <= 3; n++) expect(guard.admit(aNonce(n), NOW_MS, NOW_MS)).toBe("fresh");
    expect(guard.admit(aNonce(4), NOW_MS, NOW_MS)).toBe("full");
    expect(guard.admit(aNonce(1), NOW_MS, NOW_MS)).toBe("used");
    const later = NOW_MS + TOLERANCE_MS + 1;
    expect(guard.admit(aNonce(4), later, later)).toBe("fresh");
  });

  test("a clock that jumps ahead and back revives nothing, and lets new messages through", () => {
    const guard = aGuard();
    guard.admit(aNonce(1), NOW_MS, NOW_MS);
    guard.admit(aNonce(2), NOW_MS + 3_600_000, NOW_MS + 3_600_000);
    guard.forgetExpired(NOW_MS + 7_200_000);
    expect(guard.admit(aNonce(1), NOW_MS, NOW_MS)).toBe("forgotten");
    expect(guard.admit(aNonce(2), NOW_MS + 3_600_000, NOW_MS + 3_600_000)).toBe("forgotten");
    expect(guard.admit(aNonce(3), NOW_MS + 3_600_001, NOW_MS + 3_600_001)).toBe("fresh");
  });

  test("P9 a full store of the default size takes less than 12 MiB", () => {
    const guard = aGuard();
    const before = process.memoryUsage().arrayBuffers;
    let n = 0;
    while (guard.admit(randomBytes(16).toString("hex"), NOW_MS + (n % TOLERANCE_MS), NOW_MS) === "fresh") n++;
    const grown = process.memoryUsage().arrayBuffers - before;
    expect(n).toBe(262_144);
    // Old tables that were not collected yet count, too: they are at most as large again.
    expect(grown).toBeLessThan(2 * 12 * 1_048_576);
  });

  test("agrees with a naive model under every order of messages and every movement of the clock", () => {
    const anyStep = fc.oneof(
      fc.record({ kind: fc.constant("move" as const), ms: fc.integer({ min: -200_000, max: 200_000 }) }),
      fc.record({
        kind: fc.constant("message" as const),
        nonce: fc.nat(12),
        skewMs: fc.integer({ min: -TOLERANCE_MS, max: TOLERANCE_MS }),
      }),
      fc.record({ kind: fc.constant("again" as const), index: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), (steps, capacity) => {
        const guard = aGuard(capacity);
        let nowMs = NOW_MS;
        const accepted: { nonce: string; stamp: number }[] = [];
        const isAcceptable = (stamp: number) => Math.abs(nowMs - stamp) <= TOLERANCE_MS;
        for (const step of steps) {
          if (step.kind === "move") {
            nowMs += step.ms;
            continue;
          }
          const again = step.kind === "again" ? accepted[step.index % Math.max(1, accepted.length)] : undefined;
          const message = step.kind === "message" ? { nonce: aNonce(step.nonce), stamp: nowMs + step.skewMs } : again;
          if (!message || !isAcceptable(message.stamp)) continue;
          const verdict = guard.admit(message.nonce, message.stamp, nowMs);
          // What the guard still has to know: the rest is refused by its age, also by a clock that was set back.
          const held = accepted.filter(({ stamp }) => isAcceptable(stamp) && stamp > guard.forgottenUntilMs);
          if (held.some(({ nonce }) => nonce === message.nonce)) expect(verdict).toBe("used");
          // No message is ever accepted twice.
          if (accepted.some((old) => old.nonce === message.nonce && old.stamp === message.stamp)) {
            expect(verdict).not.toBe("fresh");
          }
          expect(guard.size).toBeLessThanOrEqual(capacity);
          if (verdict === "full") expect(guard.size).toBe(capacity);
          if (verdict === "fresh") accepted.push(message);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("refuses nothing new while there is room and the clock only moves on", () => {
    const anyGaps = fc.array(fc.tuple(fc.nat(50_000), fc.integer({ min: -TOLERANCE_MS, max: TOLERANCE_MS })));
    fc.assert(
      fc.property(anyGaps, (gaps) => {
        const guard = aGuard();
        let nowMs = NOW_MS;
        gaps.forEach(([gapMs, skewMs], n) => {
          nowMs += gapMs;
          expect(guard.admit(aNonce(n + 1), nowMs + skewMs, nowMs)).toBe("fresh");
        });
      }),
    );
  });
});
