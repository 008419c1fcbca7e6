import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../platform/db/database.ts";
import { machines, orgs } from "../../platform/db/schema.ts";
import { openTestDatabase, type TestDatabase } from "../../platform/db/test-database.fixture.ts";
import { createLogger } from "../../platform/logger.ts";
import { type Machine, touchMachine } from "./machines.store.ts";
import { Presence } from "./presence.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterAll(() => database.close());

async function insertMachine(name: string): Promise<string> {
  const [org] = await db.insert(orgs).values({ name }).returning();
  const values = { orgId: org?.id ?? "", name, nodeKeyHash: name, secretKeyHash: name, status: "online" as const };
  const [machine] = await db.insert(machines).values(values).returning();
  return machine?.id ?? "";
}

const statusOf = async (id: string) =>
  (await db.select({ status: machines.status }).from(machines).where(eq(machines.id, id)))[0]?.status;

/** Signs of life that are written when the test lets them, at the first try or at the second. */
function presence() {
  let letWrite: (tries: 1 | 2) => void = () => {};
  let failures = new Promise<number>((resolve) => {
    letWrite = (tries) => resolve(tries - 1);
  });
  const slow: Database = Object.create(db, {
    transaction: {
      value: async (...[work]: Parameters<Database["transaction"]>) => {
        const left = await failures;
        failures = Promise.resolve(left - 1);
        if (left > 0) throw new Error("the database is away");
        return db.transaction(work);
      },
    },
  });
  const changed: string[] = [];
  const events = {
    changed: ({ id }: Machine) => void changed.push(id),
    barred: () => {},
    sessionsSwitched: () => {},
    tagged: () => {},
    deleted: () => {},
  };
  const signs = new Presence({ db: slow, logger: createLogger("silent"), events, timeoutSeconds: 90 });
  return { signs, changed, letWrite };
}

test("a sign of life brings back who was offline by mistake", async () => {
  const id = await insertMachine("back");
  const { signs, changed, letWrite } = presence();
  await touchMachine(db, id, { status: "offline" });
  letWrite(1);
  signs.beat(id);
  await signs.written();
  expect([await statusOf(id), changed]).toEqual(["online", [id]]);
});

test.each([
  ["is being written", 1],
  ["cannot be written", 2],
] as const)("who says goodbye while its last sign of life %s stays offline", async (_, tries) => {
  const id = await insertMachine(`left-${tries}`);
  const { signs, changed, letWrite } = presence();
  signs.beat(id);
  const written = signs.written();
  // What is to be written has been collected.
  await Promise.resolve();
  signs.forget(id);
  await touchMachine(db, id, { status: "offline" });
  letWrite(tries);
  await written;
  await signs.written();
  expect([await statusOf(id), changed]).toEqual(["offline", []]);
});
