import { mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DataDirInUseError, lockDataDir } from "./lock-data-dir.ts";
import { openEmbeddedDatabase } from "./open-embedded-database.ts";
import { startFixture } from "./start-fixture.ts";

// A first run without a build makes the template with initdb, and other tests share the processor.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const HOLDS_LOCK = new URL("./holds-lock.fixture.ts", import.meta.url);

let parent: string;
let dir: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "sallyport-lock-"));
  dir = path.join(parent, "data");
});

afterEach(() => rm(parent, { recursive: true }));

test("the folder is made for us alone", async () => {
  const lock = await lockDataDir(dir);
  const { mode } = await stat(dir);
  expect((mode & 0o777).toString(8)).toBe("700");
  await lock.release();
});

test("a second user is refused and told who holds the folder", async () => {
  const holder = startFixture(HOLDS_LOCK, dir);
  await holder.untilLines(1);
  const refused = await lockDataDir(dir).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DataDirInUseError);
  expect(refused).toMatchObject({ dir, holder: { pid: holder.pid } });
  expect(String(refused)).toContain(`DATA_DIR ${dir} is in use by process ${holder.pid} `);
  await holder.kill();
});

test("a database is refused before anything of it is touched", async () => {
  const lock = await lockDataDir(dir);
  await expect(openEmbeddedDatabase({ dataDir: dir })).rejects.toBeInstanceOf(DataDirInUseError);
  await expect(stat(path.join(dir, "pgdata"))).rejects.toMatchObject({ code: "ENOENT" });
  await lock.release();
});

test("a database that is opened under the caller's lock leaves it to the caller", async () => {
  const lock = await lockDataDir(dir);
  const database = await openEmbeddedDatabase({ dataDir: dir, durability: "process_death", lock });
  await database.close();
  await expect(lockDataDir(dir)).rejects.toBeInstanceOf(DataDirInUseError);
  await lock.release();
});

test("the same folder by another path is the same folder", async () => {
  const lock = await lockDataDir(dir);
  const other = path.join(parent, "link");
  await symlink(dir, other);
  await expect(lockDataDir(other)).rejects.toBeInstanceOf(DataDirInUseError);
  await lock.release();
});

test("a released folder can be locked again", async () => {
  await (await lockDataDir(dir)).release();
  await (await lockDataDir(dir)).release();
});

test("a holder that is killed leaves the folder free", async () => {
  const holder = startFixture(HOLDS_LOCK, dir);
  await holder.untilLines(1);
  await holder.kill();
  await (await lockDataDir(dir)).release();
});
