import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { customType, integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "./open-embedded-database.ts";

// A first run without a build makes the template with initdb, and other tests share the processor.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const machines = pgTable("machines", {
  id: integer().primaryKey(),
  name: text().notNull(),
  labels: jsonb().$type<Record<string, unknown>>(),
  seenAt: timestamp("seen_at", { withTimezone: true, precision: 3 }),
  ref: uuid(),
  key: bytea(),
});

let dataDir: string;
let database: EmbeddedDatabase;
let pool: pg.Pool;
let db: ReturnType<typeof drizzle>;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "sallyport-db-"));
  await start();
  await pool.query(`CREATE TABLE machines (
    id int PRIMARY KEY, name text NOT NULL CONSTRAINT machines_name_unique UNIQUE,
    labels jsonb, seen_at timestamptz(3), ref uuid, key bytea)`);
});

afterAll(async () => {
  await stop();
  await rm(dataDir, { recursive: true });
});

beforeEach(async () => {
  await pool.query("TRUNCATE machines");
});

async function start() {
  database = await openEmbeddedDatabase({ dataDir });
  pool = new pg.Pool(database.poolConfig);
  db = drizzle(pool);
}

async function stop() {
  await pool.end();
  await database.close();
}

async function names() {
  const rows = await db.select({ name: machines.name }).from(machines).orderBy(machines.id);
  return rows.map(({ name }) => name);
}

test("values come back as they went in", async () => {
  const machine = {
    id: 1,
    name: "Zürich ✓",
    labels: { env: "prod", nested: [1, null, { deep: "yes" }] },
    seenAt: new Date("2026-02-03T04:05:06.789Z"),
    ref: randomUUID(),
    key: randomBytes(5000),
  };
  await db.insert(machines).values(machine);
  expect(await db.select().from(machines)).toEqual([machine]);
});

test("a transaction that throws leaves nothing behind", async () => {
  const attempt = db.transaction(async (tx) => {
    await tx.insert(machines).values({ id: 1, name: "lost" });
    throw new Error("changed my mind");
  });
  await expect(attempt).rejects.toThrow("changed my mind");
  expect(await names()).toEqual([]);
});

test("a savepoint takes back only what came after it", async () => {
  await db.transaction(async (tx) => {
    await tx.insert(machines).values({ id: 1, name: "kept" });
    await tx
      .transaction(async (inner) => {
        await inner.insert(machines).values({ id: 2, name: "kept" });
      })
      .catch(() => {});
    await tx.insert(machines).values({ id: 3, name: "after" });
  });
  expect(await names()).toEqual(["kept", "after"]);
});

test("a violated constraint is named, and the connection goes on", async () => {
  await db.insert(machines).values({ id: 1, name: "one" });
  const second = db.insert(machines).values({ id: 2, name: "one" });
  await expect(second).rejects.toMatchObject({ cause: { code: "23505", constraint: "machines_name_unique" } });
  expect(await names()).toEqual(["one"]);
});

test("a failed transaction is usable again after ROLLBACK", async () => {
  const client = await pool.connect();
  await client.query("BEGIN");
  await expect(client.query("SELECT nonsense")).rejects.toMatchObject({ code: "42703" });
  await expect(client.query("SELECT 1")).rejects.toMatchObject({ code: "25P02" });
  await client.query("ROLLBACK");
  expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  client.release();
});

test("a prepared statement runs with other parameters", async () => {
  await db.insert(machines).values([1, 2, 3].map((id) => ({ id, name: `m${id}` })));
  const byId = db
    .select()
    .from(machines)
    .where(eq(machines.id, sql.placeholder("id")))
    .prepare("machine_by_id");
  const found = await Promise.all([3, 1, 2].map((id) => byId.execute({ id })));
  expect(found.map(([machine]) => machine?.name)).toEqual(["m3", "m1", "m2"]);
});

test("a client that leaves in a failed transaction does not disturb the next one", async () => {
  const first = await pool.connect();
  await first.query({ name: "same_name", text: "SELECT 1 AS answer" });
  await first.query("SET statement_timeout = 12345");
  await first.query("BEGIN; INSERT INTO machines (id, name) VALUES (1, 'uncommitted')");
  first.release(new Error("broken"));
  const { rows } = await pool.query({ name: "same_name", text: "SELECT 2 AS answer" });
  expect(rows).toEqual([{ answer: 2 }]);
  expect((await pool.query("SHOW statement_timeout")).rows).toEqual([{ statement_timeout: "0" }]);
  expect(await names()).toEqual([]);
});

test("a result of 10 MB and a parameter of 10 MB pass", async () => {
  const { rows } = await pool.query("SELECT repeat('x', 1000) AS line FROM generate_series(1, 10000)");
  expect(rows).toHaveLength(10_000);
  const big = randomBytes(10_000_000);
  const echo = await pool.query("SELECT $1::bytea AS big", [big]);
  expect(big.equals(echo.rows[0].big)).toBe(true);
});

test("users at the same time take turns", async () => {
  await db.insert(machines).values({ id: 1, name: "0" });
  const addOne = () =>
    db.transaction(async (tx) => {
      const [machine] = await tx.select().from(machines).where(eq(machines.id, 1)).for("update");
      await tx.update(machines).set({ name: String(Number(machine?.name) + 1) });
    });
  await Promise.all(Array.from({ length: 100 }, addOne));
  expect(await names()).toEqual(["100"]);
});

test("a notice does not disturb the answer", async () => {
  const { rows } = await pool
    .query("DO $$ BEGIN RAISE NOTICE 'hello'; END $$")
    .then(() => pool.query("SELECT 1 AS one"));
  expect(rows).toEqual([{ one: 1 }]);
});

test("the main thread keeps running while a query burns the processor", async () => {
  const query = pool.query("SELECT count(*) FROM generate_series(1, 3000000) a WHERE sqrt(a) > 3");
  let isPending = true;
  const done = query.finally(() => {
    isPending = false;
  });
  let turns = 0;
  while (isPending) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  await done;
  expect(turns).toBeGreaterThan(100);
});

test("what was written is there after closing and opening again", async () => {
  await db.insert(machines).values({ id: 7, name: "stays" });
  await stop();
  await start();
  expect(await names()).toEqual(["stays"]);
});

test("nobody else may read the files", async () => {
  const { mode } = await stat(path.join(dataDir, "pgdata"));
  expect((mode & 0o777).toString(8)).toBe("700");
});
