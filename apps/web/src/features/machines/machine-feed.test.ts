import { expect, test } from "vitest";
import { MachineFeed } from "./machine-feed.ts";
import { aMachine } from "./testing.ts";

test("a list that was asked for before an announcement does not undo it", () => {
  const feed = new MachineFeed();
  const before = aMachine({ status: "offline" });
  feed.heard({ type: "machine.changed", machine: { ...before, status: "online" } }, 150);
  expect(feed.over([before], before.org_id, 100).map(({ status }) => status)).toEqual(["online"]);
  expect(feed.over([before], before.org_id, 200).map(({ status }) => status)).toEqual(["offline"]);
});

test("a machine that was deleted meanwhile does not come back", () => {
  const feed = new MachineFeed();
  const machine = aMachine();
  feed.heard({ type: "machine.deleted", machine_id: machine.id }, 150);
  expect(feed.over([machine], machine.org_id, 100)).toEqual([]);
});

test("a machine of another organisation never appears", () => {
  const feed = new MachineFeed();
  feed.heard({ type: "machine.changed", machine: aMachine() }, 150);
  expect(feed.over([], "another-org", 100)).toEqual([]);
});
