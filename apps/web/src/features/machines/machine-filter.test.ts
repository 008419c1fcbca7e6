import { expect, test } from "vitest";
import { choicesOf, filterMachines, type MachineFilter, readMachineFilter } from "./machine-filter.ts";
import { aMachine } from "./testing.ts";

const fleet = [
  aMachine({ name: "web-1", tags: ["prod", "web"] }),
  aMachine({ name: "web-2", tags: ["web"], status: "offline" }),
  aMachine({ name: "door", kind: "gateway", tags: ["prod"], status: "quarantined" }),
  aMachine({ name: "barred", admin_disabled: true, status: "online" }),
];

test.each<[MachineFilter, string[]]>([
  [{}, ["web-1", "web-2", "door", "barred"]],
  [{ kind: "gateway" }, ["door"]],
  [{ status: "online" }, ["web-1"]],
  [{ status: "offline" }, ["web-2"]],
  [{ status: "quarantined" }, ["door"]],
  [{ status: "disabled" }, ["barred"]],
  [{ tag: "web" }, ["web-1", "web-2"]],
  [{ tag: "we" }, []],
  [{ tag: "prod", kind: "machine", q: "WEB" }, ["web-1"]],
  [{ tag: "web", status: "offline", q: "web-1" }, []],
])("%j shows %j", (filter, names) => expect(filterMachines(fleet, filter).map(({ name }) => name)).toEqual(names));

test.each<[Record<string, unknown>, MachineFilter]>([
  [
    { q: "web", kind: "hub", status: "disabled", tag: "prod" },
    { q: "web", kind: "hub", status: "disabled", tag: "prod" },
  ],
  [
    { q: 10, tag: 2 },
    { q: "10", tag: "2" },
  ],
  [{ q: "", kind: "toaster", status: "gone", tag: "" }, {}],
  [{ q: ["web"], kind: {}, status: null, tag: true }, {}],
])("the address %j is read as %j", (search, filter) => expect(readMachineFilter(search)).toEqual(filter));

test("one chooses among the kinds and tags that there are", () => {
  expect(choicesOf(fleet)).toEqual({ kinds: ["machine", "gateway"], tags: ["prod", "web"] });
  expect(choicesOf([])).toEqual({ kinds: [], tags: [] });
});
