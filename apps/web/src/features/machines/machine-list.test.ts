import { expect, test } from "vitest";
import { searchMachines, sortMachines } from "./machine-list.ts";
import { aMachine } from "./testing.ts";

const names = (machines: readonly { name: string }[]) => machines.map(({ name }) => name);

test("machines that can be reached come first, then names with their numbers in order", () => {
  const machines = [
    aMachine({ name: "web-10" }),
    aMachine({ name: "attic", status: "offline" }),
    aMachine({ name: "web-2" }),
    aMachine({ name: "Alpha" }),
    aMachine({ name: "barred", admin_disabled: true }),
    aMachine({ name: "cellar", status: "quarantined" }),
  ];
  expect(names(sortMachines(machines))).toEqual(["Alpha", "web-2", "web-10", "attic", "barred", "cellar"]);
});

test("sorting leaves the list it was given alone", () => {
  const machines = [aMachine({ name: "b" }), aMachine({ name: "a" })];
  sortMachines(machines);
  expect(names(machines)).toEqual(["b", "a"]);
});

test.each([
  ["", ["web-1", "db-1"]],
  ["  ", ["web-1", "db-1"]],
  ["WEB", ["web-1"]],
  ["100.64.9", ["db-1"]],
  ["ubuntu", ["db-1"]],
  ["offline", ["db-1"]],
  ["debian online", ["web-1"]],
  ["debian db", []],
  [".*", []],
])("searching %j finds %j", (search, found) => {
  const machines = [
    aMachine({ name: "web-1", tailnet_ip: "100.64.0.1", os: "Debian GNU/Linux 12" }),
    aMachine({ name: "db-1", tailnet_ip: "100.64.9.9", os: "Ubuntu 24.04", status: "offline" }),
  ];
  expect(names(searchMachines(machines, search))).toEqual(found);
});

test("a machine that told nothing about itself can be searched", () => {
  expect(searchMachines([aMachine({ os: null, version: null, tailnet_ip: null })], "null")).toEqual([]);
});
