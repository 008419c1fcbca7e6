import fc from "fast-check";
import { expect, test } from "vitest";
import { readPieces } from "./read-pieces.ts";

const list = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));

test("any list is read whole and in its order, in pieces of any size", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(50), fc.integer({ min: 2, max: 20 }), async (count, pieceRows) => {
      const rows = list(count);
      let longest = 0;
      const read = await readPieces(async ({ offset, limit }) => {
        longest = Math.max(longest, limit);
        return rows.slice(offset, offset + limit);
      }, pieceRows);
      expect(read).toEqual(rows);
      expect(longest).toBe(pieceRows);
    }),
  );
});

test("a row that is deleted between two pieces hides no other; one that comes is there", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 10, max: 40 }),
      fc.nat(39),
      fc.integer({ min: 1, max: 6 }),
      async (count, at, when) => {
        const rows = list(count);
        let asked = 0;
        const read = await readPieces(async ({ offset, limit }) => {
          asked += 1;
          if (asked === when) {
            rows.splice(at % count, 1);
            rows.push({ id: count });
          }
          return rows.slice(offset, offset + limit);
        }, 5);
        const ids = new Set(read.map(({ id }) => id));
        expect(ids.size).toBe(read.length);
        // Of the deleted one it may know or not, as it was there when the reading began.
        const changed = asked < when ? [] : rows;
        for (const { id } of changed) expect(ids.has(id)).toBe(true);
      },
    ),
  );
});

test("a list that somebody empties all the while is read to its end", async () => {
  const rows = list(400);
  const read = await readPieces(async ({ offset, limit }) => {
    rows.shift();
    return rows.slice(offset, offset + limit);
  }, 10);
  expect(read.length).toBeGreaterThan(0);
});
