import type { Membership } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { MACHINE_TABS, readMachineTab, tabRefusal } from "./machine-tab.ts";

const org = (of: Partial<Membership> = {}): Membership => ({
  id: "11111111-1111-4111-8111-111111111111",
  name: "Example",
  role: "owner",
  plan: "enterprise",
  ...of,
});

test.each<[Partial<Membership>, string[]]>([
  [{}, ["sessions", "desktops", "commands", "history"]],
  [{ role: "admin" }, ["sessions", "desktops", "commands", "history"]],
  [{ role: "auditor" }, ["desktops", "history"]],
  [{ role: "member" }, ["desktops"]],
  [{ plan: "business" }, ["desktops", "history"]],
  [{ plan: "free" }, ["history"]],
])("%j sees %j", (of, tabs) =>
  expect(MACHINE_TABS.filter((tab) => tabRefusal(tab, org(of)) === undefined)).toEqual(tabs),
);

test.each([
  [{ tab: "history" }, { tab: "history" }],
  [{ tab: "facts" }, {}],
  [{ tab: ["history"] }, {}],
  [{}, {}],
])("the address %j is read as %j", (search, read) => expect(readMachineTab(search)).toEqual(read));
