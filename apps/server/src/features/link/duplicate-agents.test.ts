import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AuditDatabase, openAuditDatabase } from "../audit/audit-database.fixture.ts";
import type { Machine } from "../machines/index.ts";
import { DuplicateAgents } from "./duplicate-agents.ts";

let store: AuditDatabase;
beforeAll(async () => {
  store = await openAuditDatabase();
}, 60_000);
afterAll(() => store.close());

test("R-23 a pair that flaps is recorded when it is noticed and once an hour from then on", async () => {
  let now = 0;
  const duplicates = new DuplicateAgents({ ...store, now: () => now });
  const machine = { id: randomUUID(), orgId: randomUUID(), name: "hub-1", kind: "hub" } as Machine;
  const flap = async () => {
    await duplicates.replaced(machine, "192.0.2.1");
    await duplicates.suspected(machine, "192.0.2.1");
  };
  const recorded = async () =>
    (await store.sql("SELECT action FROM audit_logs ORDER BY seq")).map(({ action }) => action);

  await flap();
  await flap();
  now += 3_599_000;
  await flap();
  expect(await recorded()).toEqual(["agent.replaced", "agent.clone_suspected"]);
  now += 1_000;
  await flap();
  expect((await recorded()).slice(2)).toEqual(["agent.replaced", "agent.clone_suspected"]);
});
