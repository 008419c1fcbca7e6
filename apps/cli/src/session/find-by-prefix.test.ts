import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findByPrefix, shortIds } from "./find-by-prefix.ts";

const sessions = [{ id: "3f2a9c01-0000" }, { id: "3f2a9c01-1111" }, { id: "77b01e4d-2222" }];

describe("a session by the beginning of its id", () => {
  test("is the only one that begins so", () => {
    expect(findByPrefix(sessions, "77B", "Session")).toBe(sessions[2]);
  });

  test("is none when several begin so, and they are named", () => {
    expect(() => findByPrefix(sessions, "3f2a", "Session")).toThrow(/several ids: 3f2a9c01-0000, 3f2a9c01-1111/);
  });

  test.each(["", "9", "2222"])("is not found by %j", (wanted) => {
    expect(() => findByPrefix(sessions, wanted, "Session")).toThrow(`Session ${wanted} not found`);
  });

  test("is found by the short id of a list, whatever the ids", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid(), { minLength: 1 }), (ids) => {
        const entries = ids.map((id) => ({ id }));
        for (const [index, short] of shortIds(ids).entries()) {
          expect(short.length).toBeGreaterThanOrEqual(8);
          expect(findByPrefix(entries, short, "Session").id).toBe(ids[index]);
        }
      }),
    );
  });

  test("has a longer short id where eight characters are not enough", () => {
    expect(shortIds(sessions.map(({ id }) => id))).toEqual(["3f2a9c01-0", "3f2a9c01-1", "77b01e4d-2"]);
  });
});
