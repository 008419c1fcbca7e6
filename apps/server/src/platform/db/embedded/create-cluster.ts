import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { TarEntry } from "./tar.ts";

// Synchronous: it happens once, before anything is served, and a thousand files at once would meet the limit on open ones.

/**
 * Writes the files of an empty cluster to `folder`, which then either has all of it or does not exist: a start that is
 * killed half-way leaves nothing that looks like a database. Everything is private (PGlite's own copy is 0666).
 */
export function createCluster(folder: string, entries: readonly TarEntry[], isSynced: boolean): void {
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  for (const { name, bytes } of entries) {
    const file = path.join(partial, name);
    if (bytes) writeFile(file, bytes, isSynced);
    else mkdirSync(file, { mode: 0o700 });
  }
  if (isSynced) {
    syncFolder(partial);
    for (const { name, bytes } of entries) if (!bytes) syncFolder(path.join(partial, name));
  }
  renameSync(partial, folder);
  if (isSynced) syncFolder(path.dirname(folder));
}

/** Whether `folder` holds a cluster; makes it private again if so. Throws when it holds something else, which is not ours to overwrite. */
export function hasCluster(folder: string): boolean {
  const names = listFolder(folder);
  if (names.includes("PG_VERSION")) {
    chmodSync(folder, 0o700);
    return true;
  }
  if (names.length > 0) {
    throw new Error(`${folder} is not empty and not a database: move it away or choose another folder`);
  }
  return false;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

function writeFile(file: string, bytes: Uint8Array, isSynced: boolean): void {
  const fd = openSync(file, "wx", 0o600);
  try {
    writeFileSync(fd, bytes);
    if (isSynced) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncFolder(folder: string): void {
  // Windows cannot open a folder, and its file systems need no such sync.
  if (process.platform === "win32") return;
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
