import fc from "fast-check";
import { expect, test } from "vitest";
import { SharedReads } from "./shared-reads.ts";

test("whoever asks sees what was true when asking, or later, in few reads", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.nat(3), fc.boolean())), async (asks) => {
      const reads = new SharedReads<number>();
      let world = 0;
      let count = 0;
      const answers: Promise<void>[] = [];
      for (const [key, turns, fails] of asks) {
        world += 1;
        const asked = world;
        const answer = reads.read(key, async () => {
          count += 1;
          const seen = world;
          await Promise.resolve();
          await Promise.resolve();
          if (fails) throw new Error("no");
          return seen;
        });
        answers.push(
          answer
            .then((seen) => expect(seen).toBeGreaterThanOrEqual(asked))
            .catch((error) => {
              if (error.message !== "no") throw error;
            }),
        );
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      }
      await Promise.all(answers);
      expect(count).toBeLessThanOrEqual(asks.length);
    }),
  );
});

test("a thousand who ask at once cost two reads, and nothing is kept for those who come later", async () => {
  const reads = new SharedReads<number>();
  let count = 0;
  const ask = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    count += 1;
    return count;
  };
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => reads.read("same", ask)));
  expect(new Set(answers)).toEqual(new Set([1, 2]));
  expect(await reads.read("same", ask)).toBe(3);
});
