import { expect, test } from "vitest";
import { SharedRuns } from "./shared-runs.ts";

/** Work that ends when it is told to, and tells what the world was like when it began. */
function stoppableWork() {
  const begun: { seen: number; end(): void; fail(error: Error): void }[] = [];
  const world = { changes: 0 };
  const work = () =>
    new Promise<number>((resolve, reject) => {
      const seen = world.changes;
      begun.push({ seen, end: () => resolve(seen), fail: reject });
    });
  const next = () => new Promise((resolve) => setImmediate(resolve));
  return { begun, world, work, next };
}

test("calls that come during a run share one further run, which sees what was changed before them", async () => {
  const { begun, world, work, next } = stoppableWork();
  const runs = new SharedRuns<number>();
  const first = runs.run("all", work);
  await next();
  world.changes = 1;
  const later = Array.from({ length: 1_000 }, () => runs.run("all", work));
  await next();
  expect(begun).toHaveLength(1);
  begun[0]?.end();
  expect(await first).toBe(0);
  await next();
  begun[1]?.end();
  expect(new Set(await Promise.all(later))).toEqual(new Set([1]));
  expect(begun).toHaveLength(2);
});

test("calls for different things get a run each, one after the other", async () => {
  const { begun, work, next } = stoppableWork();
  const runs = new SharedRuns<number>();
  const answers = [runs.run("a", work), runs.run("b", work), runs.run("a", work)];
  await next();
  expect(begun).toHaveLength(1);
  begun[0]?.end();
  await next();
  expect(begun).toHaveLength(2);
  begun[1]?.end();
  await Promise.all(answers);
  expect(begun).toHaveLength(2);
});

test("a run that failed fails its own callers only", async () => {
  const { begun, work, next } = stoppableWork();
  const runs = new SharedRuns<number>();
  const first = runs.run("all", work);
  await next();
  const second = runs.run("all", work);
  begun[0]?.fail(new Error("the database is away"));
  await expect(first).rejects.toThrow("away");
  await next();
  begun[1]?.end();
  expect(await second).toBe(0);
  await runs.settled();
});
