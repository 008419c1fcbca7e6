import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createCluster } from "./create-cluster.ts";
import { readOrMakeTemplate, templateFileOfThisVersion } from "./database-template.ts";
import { LossyDisk } from "./lossy-disk.ts";
import { openPglite } from "./open-pglite.js";
import type { Durability } from "./worker-messages.ts";

// A first run without a build makes the template with initdb, and other tests share the processor.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// Half a second each; more of them at night.
const CUTS = Number(process.env.SALLYPORT_POWER_CUTS ?? 6);
const ROWS = 150;

let parent: string;
let empty: string;

beforeAll(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "sallyport-power-"));
  empty = path.join(parent, "empty");
  const template = await readOrMakeTemplate(templateFileOfThisVersion(), path.join(parent, "scratch"));
  createCluster(empty, template, false);
});

afterAll(() => rm(parent, { recursive: true }));

interface Cut {
  folder: string;
  acknowledged: number;
}

/** Commits numbered rows, with a checkpoint on the way, and cuts the power at `at(n)` of the disk's n-th operation. */
async function writeUntilPowerLoss(durability: Durability, isCut: (operation: number) => boolean): Promise<Cut[]> {
  const folder = path.join(parent, "cluster");
  await cp(empty, folder, { recursive: true });
  const disk = new LossyDisk(folder);
  const pglite = await openPglite({ folder, durability, fs: disk });
  await pglite.exec("CREATE TABLE numbers (number int PRIMARY KEY, padding text); CREATE INDEX ON numbers (padding)");
  const cuts: Cut[] = [];
  let acknowledged = 0;
  disk.onOperation = (operation) => {
    if (!isCut(operation)) return;
    const cut = path.join(parent, `cut-${operation}`);
    const [keepsNothing, keepsHalf] = [() => false, () => Math.random() < 0.5];
    disk.cutPower(cut, cuts.length % 2 === 0 ? keepsNothing : keepsHalf);
    cuts.push({ folder: cut, acknowledged });
  };
  for (let number = 1; number <= ROWS; number += 1) {
    await pglite.query("INSERT INTO numbers VALUES ($1, repeat($2, 200))", [number, String(number % 7)]);
    acknowledged = number;
    if (number % 60 === 0) await pglite.exec("UPDATE numbers SET padding = padding || 'u'; CHECKPOINT");
  }
  disk.onOperation = () => {};
  await pglite.close();
  await rm(folder, { recursive: true });
  return cuts;
}

async function readBack(folder: string) {
  const pglite = await openPglite({ folder, durability: "process_death" });
  const { rows } = await pglite.query<{ count: number; last: number }>(
    "SELECT count(*)::int AS count, coalesce(max(number), 0) AS last FROM numbers",
  );
  await pglite.exec("SET enable_seqscan = off");
  const byIndex = await pglite.query("SELECT 1 FROM numbers WHERE padding > ''");
  await pglite.close();
  await rm(folder, { recursive: true });
  const [found = { count: 0, last: 0 }] = rows;
  return { ...found, byIndex: byIndex.rows.length };
}

test("a power loss at any moment loses no acknowledged row", { timeout: 600_000 }, async () => {
  // About three operations to a row, and the first ones make the table.
  const spacing = (ROWS * 3) / CUTS;
  const moments = new Set(Array.from({ length: CUTS }, (_, cut) => 40 + Math.floor((cut + Math.random()) * spacing)));
  const cuts = await writeUntilPowerLoss("power_loss", (operation) => moments.has(operation));
  expect(cuts.length).toBeGreaterThan(0);
  for (const { folder, acknowledged } of cuts) {
    const { count, last, byIndex } = await readBack(folder);
    expect(last).toBeGreaterThanOrEqual(acknowledged);
    expect({ count, byIndex }).toEqual({ count: last, byIndex: last });
  }
});

test("the same power loss does lose rows where only the death of the process is provided for", async () => {
  let operations = 0;
  const cuts = await writeUntilPowerLoss("process_death", () => ++operations === ROWS);
  const [cut] = cuts;
  const left = await readBack(cut?.folder ?? "").catch(() => ({ last: 0 }));
  expect(left.last).toBeLessThan(cut?.acknowledged ?? 0);
});
