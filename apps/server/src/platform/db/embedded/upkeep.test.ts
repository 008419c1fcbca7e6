import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createCluster } from "./create-cluster.ts";
import { readOrMakeTemplate, templateFileOfThisVersion } from "./database-template.ts";
import { openPglite } from "./open-pglite.js";
import { keepUp } from "./upkeep.js";

// A first run without a build makes the template with initdb, and other tests share the processor.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let parent: string;
let folder: string;
let pglite: Awaited<ReturnType<typeof openPglite>>;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "sallyport-upkeep-"));
  folder = path.join(parent, "pgdata");
  createCluster(folder, await readOrMakeTemplate(templateFileOfThisVersion(), `${folder}.scratch`), false);
  pglite = await openPglite({ folder, durability: "process_death" });
  await pglite.exec("CREATE TABLE rows (number int PRIMARY KEY, padding text)");
});

afterEach(async () => {
  await pglite.close();
  await rm(parent, { recursive: true });
});

test("the write-ahead log stays small however much is written", async () => {
  for (let round = 0; round < 12; round += 1) {
    await pglite.exec("TRUNCATE rows; INSERT INTO rows SELECT n, repeat('x', 1000) FROM generate_series(1, 16000) n");
    await keepUp(pglite);
  }
  const segments = (await readdir(path.join(folder, "pg_wal"))).filter((name) => /^[0-9A-F]{24}$/.test(name));
  // 12 rounds write over 200 MB: 13 segments of 16 MB and more without upkeep.
  expect(segments.length).toBeLessThanOrEqual(5);
});

test("dead rows are cleared away and the planner knows the table's size", async () => {
  await pglite.exec("INSERT INTO rows SELECT n, 'x' FROM generate_series(1, 1000) n; UPDATE rows SET padding = 'y'");
  expect(await deadRows()).toBe(1000);
  await keepUp(pglite);
  expect(await deadRows()).toBe(0);
  const { rows } = await pglite.query("SELECT reltuples FROM pg_class WHERE relname = 'rows'");
  expect(rows).toEqual([{ reltuples: 1000 }]);
});

async function deadRows(): Promise<unknown> {
  // PostgreSQL passes its counts on at most once a second, unless asked.
  await pglite.exec("SELECT pg_stat_force_next_flush()");
  const { rows } = await pglite.query<{ dead: number }>(
    "SELECT n_dead_tup AS dead FROM pg_stat_user_tables WHERE relname = 'rows'",
  );
  return rows[0]?.dead;
}
