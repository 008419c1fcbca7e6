import fc from "fast-check";
import { expect, test } from "vitest";
import { rankCommands } from "./rank-commands.ts";

const COMMANDS = [
  { id: "machines", words: "Machines" },
  { id: "audit", words: "Audit log", also: "history events" },
  { id: "web-1", words: "web-1", also: "terminal machine 100.64.0.7", onlyFound: true },
  { id: "log-host", words: "log-host", also: "terminal machine", onlyFound: true },
];
const ids = (query: string, most = 10) => rankCommands(COMMANDS, query, most).map(({ id }) => id);

test("with nothing typed there are the pages, in their order, and not every machine", () => {
  expect(ids("")).toEqual(["machines", "audit"]);
  expect(ids("  ")).toEqual(["machines", "audit"]);
});

test("what is called so comes before what is only about it", () => {
  expect(ids("log")).toEqual(["log-host", "audit"]);
  expect(ids("machine")).toEqual(["machines", "web-1", "log-host"]);
  expect(ids("events")).toEqual(["audit"]);
});

test("every word counts, in any order and case", () => {
  expect(ids("LOG audit")).toEqual(["audit"]);
  expect(ids("terminal 100.64")).toEqual(["web-1"]);
  expect(ids("audit machine")).toEqual([]);
});

test("whatever is typed, there are at most so many, all of them known, none twice", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 5 }), (query, most) => {
      const found = ids(query, most);
      expect(found.length).toBeLessThanOrEqual(most);
      expect(new Set(found).size).toBe(found.length);
    }),
  );
});
