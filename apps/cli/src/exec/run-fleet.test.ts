import fc from "fast-check";
import { expect, test } from "vitest";
import { runFleet } from "./run-fleet.ts";

/** Targets are numbers; those below zero fail. */
async function run(targets: number[], plan: Partial<Parameters<typeof runFleet>[1]> = {}) {
  let running = 0;
  let most = 0;
  const started: number[] = [];
  const results = await runFleet(
    targets,
    { canary: 0, batch: 10, maxFail: Number.POSITIVE_INFINITY, ...plan },
    async (target) => {
      started.push(target);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return target;
    },
    { isFailure: (result) => result < 0 },
  );
  return { results, most, started };
}

test("every target runs once, no more than a batch at a time, and results keep the order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), async (targets, batch) => {
      const { results, most, started } = await run(targets, { batch });
      expect(results).toEqual(targets);
      expect(started).toEqual(targets);
      expect(most).toBeLessThanOrEqual(batch);
    }),
  );
});

test("when a canary fails, nothing else is started", async () => {
  const { results } = await run([1, -2, 3, 4], { canary: 2 });
  expect(results).toEqual([1, -2, undefined, undefined]);
});

test("the canaries are done before anything else begins", async () => {
  const { started, results } = await run([1, 2, 3, 4], { canary: 1, batch: 4 });
  expect(started[0]).toBe(1);
  expect(results).toEqual([1, 2, 3, 4]);
});

test("after more failures than allowed nothing new is started; what runs is waited for", async () => {
  const { results } = await run([-1, -2, 3, 4, 5, 6], { batch: 1, maxFail: 1 });
  expect(results).toEqual([-1, -2, undefined, undefined, undefined, undefined]);
  expect((await run([-1, 2, -3, 4], { batch: 1, maxFail: 1 })).results).toEqual([-1, 2, -3, undefined]);
  expect((await run([-1, 2], { batch: 2, maxFail: 0 })).results).toEqual([-1, 2]);
});

test("told to stop, nothing new is started", async () => {
  const stop = new AbortController();
  const plan = { canary: 0, batch: 1, maxFail: 0 };
  const results = await runFleet(
    [1, 2, 3],
    plan,
    async (target) => {
      if (target === 2) stop.abort();
      return target;
    },
    { isFailure: () => false, signal: stop.signal },
  );
  expect(results).toEqual([1, 2, undefined]);
});
