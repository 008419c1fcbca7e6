import { DEAD_AFTER_MS } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { LIVENESS_TICK_MS, Liveness } from "./liveness.ts";

/** Ticks on time until something is to be done. */
function tickUntil(liveness: Liveness, from: number, to: number) {
  for (let now = from + LIVENESS_TICK_MS; now <= to; now += LIVENESS_TICK_MS) {
    const verdict = liveness.tick(now);
    if (verdict !== "alive") return { verdict, now };
  }
  return undefined;
}

test("a connection that says nothing for long is dead", () => {
  expect(tickUntil(new Liveness(0), 0, 60_000)).toEqual({ verdict: "dead", now: DEAD_AFTER_MS });
});

test("anything that comes keeps it alive", () => {
  const liveness = new Liveness(0);
  expect(tickUntil(liveness, 0, 14_000)).toBeUndefined();
  liveness.heard(14_500);
  expect(tickUntil(liveness, 14_000, 29_000)).toBeUndefined();
  expect(tickUntil(liveness, 29_000, 60_000)).toEqual({ verdict: "dead", now: 30_000 });
});

test("after a sleep it is asked, and is given up when it does not answer soon", () => {
  const liveness = new Liveness(0);
  expect(liveness.tick(3_600_000)).toBe("ask");
  expect(tickUntil(liveness, 3_600_000, 3_700_000)).toEqual({ verdict: "dead", now: 3_603_000 });
});

test("after a sleep an answer is enough", () => {
  const liveness = new Liveness(0);
  expect(liveness.tick(3_600_000)).toBe("ask");
  liveness.heard(3_600_200);
  expect(tickUntil(liveness, 3_600_000, 3_614_000)).toBeUndefined();
});

test("a clock that is set back does not keep a dead connection", () => {
  const liveness = new Liveness(1_000_000);
  expect(liveness.tick(1_000)).toBe("alive");
  expect(tickUntil(liveness, 1_000, 60_000)).toEqual({ verdict: "dead", now: 16_000 });
});
