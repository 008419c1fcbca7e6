import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { PACKAGE_FOLDER } from "../../package-folder.ts";
import { startWorker } from "./start-worker.ts";
import { packTar, type TarEntry, unpackTar } from "./tar.ts";

const TEMPLATE_FOLDER = path.join(PACKAGE_FOLDER, "template");

/** Where the build puts the template. Its name has PGlite's version: another version's files may not open. */
export function templateFileOfThisVersion(): string {
  return path.join(TEMPLATE_FOLDER, `pgdata-${pgliteVersion()}.tar.gz`);
}

/** The files of a template; makes it in `scratchFolder` when there is none and leaves it at `file` where that can be written. */
export async function readOrMakeTemplate(file: string, scratchFolder: string): Promise<TarEntry[]> {
  const packed = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!packed) {
    const entries = await makeCluster(scratchFolder);
    // An installation that is read-only makes it again for the next new database.
    await keepTemplate(file, entries).catch(() => {});
    return entries;
  }
  try {
    return unpackTar(await promisify(gunzip)(packed));
  } catch (error) {
    throw new Error(`the database template ${file} is damaged: remove it to have it made again`, { cause: error });
  }
}

/** initdb: takes seconds, and some 800 MB that are given back when the thread ends. The cluster is shut down cleanly. */
async function makeCluster(scratchFolder: string): Promise<TarEntry[]> {
  await rm(scratchFolder, { recursive: true, force: true });
  await mkdir(scratchFolder, { recursive: true, mode: 0o700 });
  try {
    const worker = await startWorker({ task: "create", folder: scratchFolder, durability: "process_death" });
    await worker.terminate();
    return await readCluster(scratchFolder);
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

async function readCluster(folder: string): Promise<TarEntry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  // Parents sort before their children, so the archive can be unpacked in its order.
  const sorted = found
    .map((entry) => ({ entry, file: path.join(entry.parentPath, entry.name) }))
    .sort((one, other) => (one.file < other.file ? -1 : 1));
  return sorted.map(({ entry, file }) => ({
    name: path.relative(folder, file).split(path.sep).join("/"),
    bytes: entry.isDirectory() ? undefined : readFileSync(file),
  }));
}

async function keepTemplate(file: string, entries: readonly TarEntry[]): Promise<void> {
  // Renamed into place: several first starts at once (tests) each leave a whole file.
  const partial = `${file}.${randomUUID()}.partial`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(partial, await promisify(gzip)(packTar(entries)));
  await rename(partial, file);
}

function pgliteVersion(): string {
  const require = createRequire(import.meta.url);
  const packageFile = path.join(path.dirname(require.resolve("@electric-sql/pglite")), "../package.json");
  const { version } = require(packageFile) as { version: string };
  return version;
}
