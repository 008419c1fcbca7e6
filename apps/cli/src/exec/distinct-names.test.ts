import { expect, test } from "vitest";
import { distinctNames } from "./distinct-names.ts";

test("nodes that would share a label or a file get the beginning of their id", () => {
  const nodes = [
    { id: "aaaaaaaa-1", name: "edge" },
    { id: "bbbbbbbb-1", name: "EDGE" },
    { id: "cccccccc-1", name: "a b" },
    { id: "dddddddd-1", name: "a_b" },
    { id: "eeeeeeee-1", name: "other" },
  ];
  expect(distinctNames(nodes).map(({ name }) => name)).toEqual([
    "edge-aaaaaaaa",
    "EDGE-bbbbbbbb",
    "a b-cccccccc",
    "a_b-dddddddd",
    "other",
  ]);
});
