import fc from "fast-check";
import { expect, test } from "vitest";
import { Batches } from "./batches.ts";

test("what is asked for at once, and during a batch, is done together, and each gets its own result", async () => {
  const seen: (readonly number[])[] = [];
  const batches = new Batches<number, number>(async (items) => {
    seen.push(items);
    await new Promise((resolve) => setImmediate(resolve));
    return items.map((item) => item * 2);
  });
  const first = [1, 2].map((item) => batches.add(item));
  await Promise.resolve();
  await Promise.resolve();
  const later = [3, 4, 5].map((item) => batches.add(item));
  expect(await Promise.all([...first, ...later])).toEqual([2, 4, 6, 8, 10]);
  expect(seen).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
  expect(await batches.add(6)).toBe(12);
});

test("one that cannot be done fails alone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 300 }), async (isGood) => {
      const done: number[] = [];
      const batches = new Batches<number, number>(async (items) => {
        await Promise.resolve();
        const bad = items.find((item) => !isGood[item]);
        if (bad !== undefined) throw new Error(`no ${bad}`);
        done.push(...items);
        return items;
      });
      const results = await Promise.allSettled(isGood.map((_, item) => batches.add(item)));
      results.forEach((result, item) => {
        if (isGood[item]) expect(result).toEqual({ status: "fulfilled", value: item });
        else expect(result).toMatchObject({ status: "rejected", reason: { message: `no ${item}` } });
      });
      expect(done.sort((a, b) => a - b)).toEqual(isGood.flatMap((good, item) => (good ? [item] : [])));
    }),
  );
});
