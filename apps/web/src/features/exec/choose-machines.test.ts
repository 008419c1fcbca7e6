import { expect, test } from "vitest";
import { aMachine } from "../machines/testing.ts";
import { filterMachines, judgeChosen, tagsOf } from "./choose-machines.ts";

const FLEET = [
  aMachine({ name: "web-1", tags: ["prod", "web"] }),
  aMachine({ name: "web-2", tags: ["web"], status: "offline" }),
  aMachine({ name: "hub-1", kind: "hub", tags: ["prod"], os: "Alpine Linux 3.22" }),
];
const names = (machines: readonly { name: string }[]) => machines.map(({ name }) => name);

test.each([
  [{}, ["web-1", "web-2", "hub-1"]],
  [{ q: " WEB " }, ["web-1", "web-2"]],
  [{ q: "prod web" }, ["web-1"]],
  [{ q: "alpine" }, ["hub-1"]],
  [{ kind: "hub" }, ["hub-1"]],
  [{ tag: "prod", kind: "machine" }, ["web-1"]],
  [{ tag: "nosuch" }, []],
] as const)("machines are offered by search, kind and tag: %j", (filter, found) => {
  expect(names(filterMachines(FLEET, filter))).toEqual(found);
});

test("tags are each listed once, in order", () => {
  expect(tagsOf(FLEET)).toEqual(["prod", "web"]);
});

test("of what was chosen, it is said where a command cannot run, and why", () => {
  const chosen = new Set(FLEET.slice(0, 2).map(({ id }) => id));
  const { ready, unable } = judgeChosen(FLEET, chosen, ({ status }) =>
    status === "online" ? undefined : "It is offline",
  );
  expect(names(ready)).toEqual(["web-1"]);
  expect(unable.map(({ machine, why }) => [machine.name, why])).toEqual([["web-2", "It is offline"]]);
});
