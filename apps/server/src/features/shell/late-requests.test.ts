import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../platform/db/database.ts";
import { machines, orgs, sessions, users } from "../../platform/db/schema.ts";
import { openTestDatabase, type TestDatabase } from "../../platform/db/test-database.fixture.ts";
import { findLateRequests } from "./sessions.store.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterAll(() => database.close());

test("F-25 without its signal only an attachment that has waited is passed on: before, its viewer takes no stream", async () => {
  const [here, there] = [randomUUID(), randomUUID()];
  const [org] = await db.insert(orgs).values({ name: "org" }).returning();
  const [user] = await db.insert(users).values({ email: "a@example.com" }).returning();
  const orgId = org?.id ?? "";
  const [machine] = await db
    .insert(machines)
    .values({ orgId, name: "m", nodeKeyHash: "n", secretKeyHash: "s" })
    .returning();
  const machineId = machine?.id ?? "";
  const asked = async (nodeId: string, secondsAgo: number) => {
    const attachRequestedAt = sql`now() - make_interval(secs => ${secondsAgo}::double precision)`;
    const common = { orgId, machineId, userId: user?.id ?? "", kind: "shell" as const, attached: true };
    const values = { ...common, nodeId, attachEpoch: 2, attachRequestedAt: attachRequestedAt as never };
    const [session] = await db.insert(sessions).values(values).returning();
    return session?.id;
  };
  await asked(there, 0);
  const late = await asked(there, 300);
  await asked(there, 1_200);
  await asked(here, 300);
  const which = { machineIds: [machineId], nodeId: here, afterSeconds: 100, seconds: 600 };
  expect(await findLateRequests(db, which)).toEqual([{ id: late, epoch: 2 }]);
});
