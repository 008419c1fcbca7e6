import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase, openPool } from "../../platform/db/database.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../platform/db/embedded/open-embedded-database.ts";
import { migrate } from "../../platform/db/migrate.ts";
import { machines, orgs, sessions, users } from "../../platform/db/schema.ts";
import { findLateRequests } from "./sessions.store.ts";

let folder: string;
let embedded: EmbeddedDatabase;
let pool: pg.Pool;
let db: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "late-requests-"));
  embedded = await openEmbeddedDatabase({ dataDir: folder, durability: "process_death" });
  pool = openPool(embedded.poolConfig);
  await migrate(pool);
  db = openDatabase(pool);
}, 60_000);
afterAll(async () => {
  await pool.end();
  await embedded.close();
  await rm(folder, { recursive: true, force: true });
});

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
