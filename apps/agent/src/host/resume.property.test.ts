import { BLOCK_FOR_MS, OUTPUT_WINDOW_BYTES, OUTPUT_WINDOW_MAX_BYTES } from "@sallyport/protocol";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { GRACE_SECONDS, ResumeWorld } from "../testing/resume-world.ts";

const KIB = 1024;

const anyOutput = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 200 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 600 * KIB }) },
  { weight: 1, arbitrary: fc.integer({ min: KIB * KIB, max: 5 * KIB * KIB }) },
);
const anyHave = fc.oneof(
  { weight: 6, arbitrary: fc.constant("received" as const) },
  { weight: 2, arbitrary: fc.constant("nothing" as const) },
  { weight: 1, arbitrary: fc.constantFrom("earlier" as const, "too much" as const) },
);
/** Moments, a viewer's retry, the end of blocking and what is around it, the end of the grace. */
const anyTime = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(1, 5, 50) },
  { weight: 2, arbitrary: fc.constantFrom(1_000, BLOCK_FOR_MS - 1_000, BLOCK_FOR_MS) },
  { weight: 1, arbitrary: fc.constantFrom(1_000, BLOCK_FOR_MS, GRACE_SECONDS * 1_000) },
);
const anyWindow = fc.constantFrom(undefined, OUTPUT_WINDOW_BYTES, 1_000_000, OUTPUT_WINDOW_MAX_BYTES);

type Step = (world: ResumeWorld) => void | Promise<void>;
/** A step that says what it is, so that a counterexample can be read. */
const step = <Value>(
  name: string,
  values: fc.Arbitrary<Value>,
  run: (world: ResumeWorld, value: Value) => void | Promise<void>,
) =>
  values.map((value): Step & { toString(): string } =>
    Object.assign((world: ResumeWorld) => run(world, value), { toString: () => `${name}(${JSON.stringify(value)})` }),
  );
const none = fc.constant(undefined);
const rarely = fc.integer({ min: 0, max: 5 }).map((luck) => luck === 0);
const anyCount = fc.integer({ min: 1, max: 40 });

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: step("produce", anyOutput, (world, bytes) => world.pty.produce(bytes)) },
  { weight: 4, arbitrary: step("type", fc.integer({ min: 1, max: 100 }), (world, bytes) => world.type(bytes)) },
  { weight: 3, arbitrary: step("acknowledge", anyWindow, (world, bytes) => world.acknowledge(bytes)) },
  { weight: 5, arbitrary: step("to host", anyCount, (world, count) => repeat(count, () => world.deliverToHost())) },
  { weight: 6, arbitrary: step("to viewer", anyCount, (world, count) => repeat(count, () => world.deliverToViewer())) },
  {
    weight: 5,
    arbitrary: step("attach", fc.tuple(anyHave, fc.integer({ min: 0, max: 5 })), (world, [have, luck]) =>
      world.attach(have, luck > 0),
    ),
  },
  { weight: 2, arbitrary: step("cut", none, (world) => world.cut()) },
  { weight: 2, arbitrary: step("half open", none, (world) => world.halfOpen()) },
  { weight: 2, arbitrary: step("zombie speaks", none, (world) => world.zombieSpeaks()) },
  { weight: 1, arbitrary: step("zombie dies", none, (world) => world.zombieDies()) },
  { weight: 2, arbitrary: step("drawn", none, (world) => world.drawn()) },
  { weight: 1, arbitrary: step("resize", fc.integer({ min: 1, max: 300 }), (world, cols) => world.resize(cols)) },
  {
    weight: 1,
    arbitrary: step("lie", fc.constantFrom("ack" as const, "input" as const), (world, how) => world.lie(how)),
  },
  { weight: 5, arbitrary: step("pass", anyTime, (world, ms) => world.pass(ms)) },
  {
    weight: 1,
    arbitrary: step("exit", rarely, (world, now) => (now ? world.pty.exit({ exitCode: 3, signal: null }) : undefined)),
  },
  { weight: 1, arbitrary: step("end", rarely, (world, now) => (now ? world.end() : undefined)) },
);

function repeat(count: number, run: () => void): void {
  for (let n = 0; n < count; n += 1) run();
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("whatever happens to its streams, a session loses and doubles nothing without saying so", {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 25, maxLength: 70 }), async (steps) => {
      vi.clearAllTimers();
      const world = new ResumeWorld();
      for (const run of steps) {
        await run(world);
        await world.pass(0);
      }
      await world.heal();
      await vi.advanceTimersByTimeAsync(1_000);
      // Nothing of it is left behind.
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: process.env.NIGHTLY ? 20_000 : 300 },
  );
});
