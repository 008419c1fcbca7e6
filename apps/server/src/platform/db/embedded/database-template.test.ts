import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readOrMakeTemplate } from "./database-template.ts";
import { openEmbeddedDatabase } from "./open-embedded-database.ts";

// A first run without a build makes the template with initdb, and other tests share the processor.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "sallyport-template-"));
});

afterEach(() => rm(parent, { recursive: true }));

test("without a template one is made, kept for the next time, and nothing else stays", {
  timeout: 120_000,
}, async () => {
  const file = path.join(parent, "templates/pgdata.tar.gz");
  const made = await readOrMakeTemplate(file, path.join(parent, "scratch"));
  const read = await readOrMakeTemplate(file, path.join(parent, "scratch"));
  expect(read.map(({ name }) => name)).toEqual(made.map(({ name }) => name));
  expect(made.map(({ name }) => name)).toContain("PG_VERSION");
  expect(await readdir(parent, { recursive: true })).toEqual(["templates", "templates/pgdata.tar.gz"]);
});

test("a damaged template is named", async () => {
  const templateFile = path.join(parent, "pgdata.tar.gz");
  await writeFile(templateFile, "not a template");
  const opened = openEmbeddedDatabase({ dataDir: path.join(parent, "data"), templateFile });
  await expect(opened).rejects.toThrow(`the database template ${templateFile} is damaged`);
});

test("a first start that was killed half-way is begun again", async () => {
  const dataDir = path.join(parent, "data");
  await mkdir(path.join(dataDir, "pgdata.partial/base"), { recursive: true });
  const database = await openEmbeddedDatabase({ dataDir, durability: "process_death" });
  await database.close();
  expect((await readdir(dataDir)).sort()).toEqual(["lock", "lock.json", "pgdata"]);
});
