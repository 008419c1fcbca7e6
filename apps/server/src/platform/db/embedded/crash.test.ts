import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openEmbeddedDatabase } from "./open-embedded-database.ts";

// A first run without a build makes the template with initdb, and other tests share the processor.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// PGlite's server cannot be fed a COPY and ends with a FATAL error: the simplest way to make it die.
const DEADLY_QUERY = "COPY pg_catalog.pg_class FROM STDIN";

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "sallyport-crash-"));
});

afterEach(() => rm(dataDir, { recursive: true }));

async function open() {
  const database = await openEmbeddedDatabase({ dataDir, durability: "process_death" });
  const pool = new pg.Pool(database.poolConfig);
  pool.on("error", () => {});
  return { database, pool };
}

test("when PostgreSQL dies, waiting queries fail, the listener is told once and nothing committed is lost", async () => {
  const { database, pool } = await open();
  const crashes: Error[] = [];
  database.onCrash((error) => crashes.push(error));
  await pool.query("CREATE TABLE kept AS SELECT 1 AS one");
  const answers = await Promise.allSettled([pool.query(DEADLY_QUERY), pool.query("SELECT 1"), pool.query("SELECT 2")]);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  await expect(pool.query("SELECT 3")).rejects.toMatchObject({
    code: "ECONNRESET",
    message: expect.stringMatching(/^the embedded database failed/),
  });
  expect(crashes).toHaveLength(1);
  expect(crashes[0]?.message).toMatch(/^the embedded database failed: .*FATAL/);
  await pool.end();
  await database.close();

  const again = await open();
  expect((await again.pool.query("SELECT one FROM kept")).rows).toEqual([{ one: 1 }]);
  await again.pool.end();
  await again.database.close();
});

test("closing breaks the connections that are still open and refuses new ones", async () => {
  const { database, pool } = await open();
  const crashes: Error[] = [];
  database.onCrash((error) => crashes.push(error));
  const client = await pool.connect();
  client.on("error", () => {});
  const query = client.query("SELECT pg_sleep(0.2)");
  const closed = database.close();
  await expect(query).rejects.toThrow();
  client.release(true);
  await expect(pool.query("SELECT 1")).rejects.toThrow("the embedded database is closed");
  await Promise.all([closed, database.close()]);
  expect(crashes).toEqual([]);
  await pool.end();
});

test("a database of another PostgreSQL version is refused with PostgreSQL's reason, and the folder is free again", async () => {
  const { database, pool } = await open();
  await pool.end();
  await database.close();
  await writeFile(path.join(dataDir, "pgdata/PG_VERSION"), "17\n");
  await expect(open()).rejects.toThrow(/did not open: .*not compatible|did not open: .*incompatible/);
  await writeFile(path.join(dataDir, "pgdata/PG_VERSION"), "18\n");
  const again = await open();
  await again.pool.end();
  await again.database.close();
});

test("a folder that holds something else is left alone", async () => {
  await openEmbeddedDatabase({ dataDir, durability: "process_death" }).then((database) => database.close());
  await rm(path.join(dataDir, "pgdata/PG_VERSION"));
  await expect(open()).rejects.toThrow("not empty and not a database");
});
