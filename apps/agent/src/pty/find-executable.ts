import { accessSync, constants, type Stats, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { PtySpawnError } from "./pty.ts";

/** As execvp does when PATH is unset. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** The absolute path of the program to run, or PtySpawnError: a missing shell is told before there is a terminal. */
export function findExecutable(program: { file: string; cwd: string; path: string | undefined }): string {
  const { file, cwd, path = DEFAULT_PATH } = program;
  const candidates = file.includes("/")
    ? [resolve(cwd, file)]
    : path.split(delimiter).map((folder) => resolve(cwd, join(folder, file)));
  const existing = candidates.filter(isFile);
  const executable = existing.find(isExecutable);
  if (executable !== undefined) return executable;
  throw existing[0] === undefined
    ? new PtySpawnError("FILE_NOT_FOUND", `There is no program ${file} on this machine.`)
    : new PtySpawnError("FILE_NOT_EXECUTABLE", `${existing[0]} may not be executed.`);
}

export function isDirectory(path: string): boolean {
  return findStats(path)?.isDirectory() ?? false;
}

export function isExecutableFile(path: string): boolean {
  return isFile(path) && isExecutable(path);
}

function isFile(path: string): boolean {
  return findStats(path)?.isFile() ?? false;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findStats(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A folder on the way that may not be entered, or a loop of links: for us there is nothing there.
    return undefined;
  }
}
