import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { hostname } from "node:os";
import path from "node:path";

// libuv's UV_FS_O_EXLOCK: a lock that lives as long as the open file. Linux has none; Node has no name for it.
const OPEN_LOCKED: Partial<Record<NodeJS.Platform, number>> = {
  darwin: 0x20,
  freebsd: 0x20,
  openbsd: 0x20,
  win32: 0x10000000,
};
const FLOCK_REFUSED_EXIT = 1;

/** Someone else uses the folder. `holder` is what they wrote about themselves, absent when that cannot be read. */
export class DataDirInUseError extends Error {
  override readonly name = "DataDirInUseError";
  readonly dir: string;
  readonly holder: DataDirHolder | undefined;

  constructor(dir: string, holder: DataDirHolder | undefined) {
    const who = holder
      ? `process ${holder.pid} on ${holder.hostname} (started ${holder.startedAt})`
      : "another process";
    super(`DATA_DIR ${dir} is in use by ${who}`);
    this.dir = dir;
    this.holder = holder;
  }
}

export interface DataDirHolder {
  pid: number;
  hostname: string;
  /** ISO 8601, UTC. */
  startedAt: string;
}

export interface DataDirLock {
  release(): Promise<void>;
}

/**
 * Makes this process the only one that uses `dir` (created 0700 when missing) until it releases it or ends, however it
 * ends: the kernel gives the lock back. Throws DataDirInUseError. PGlite itself lets two processes open one database and
 * silently loses what one of them wrote.
 */
export async function lockDataDir(dir: string): Promise<DataDirLock> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const factsFile = path.join(dir, "lock.json");
  const name = await takeName(dir);
  if (name === "taken") throw new DataDirInUseError(dir, await readHolder(factsFile));
  const file = await takeFile(path.join(dir, "lock")).catch((error: Error) => error);
  if (file === "taken" || file instanceof Error) {
    await name?.[Symbol.asyncDispose]();
    throw file === "taken" ? new DataDirInUseError(dir, await readHolder(factsFile)) : file;
  }
  const lock = {
    async release() {
      await file.close();
      await name?.[Symbol.asyncDispose]();
    },
  };
  try {
    await writeFile(factsFile, JSON.stringify(thisProcess()), { mode: 0o600 });
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** On Linux, an abstract socket named after the folder itself, so that every path to it meets the same name. */
async function takeName(dir: string): Promise<Server | "taken" | undefined> {
  if (process.platform !== "linux") return undefined;
  const { dev, ino } = await stat(dir, { bigint: true });
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve("taken") : reject(error),
    );
    server.listen(`\0sallyport-data-${dev}-${ino}`, () => resolve(server.unref()));
  });
}

/** An open, locked file. On Linux this also meets a process in another network namespace (two containers, one volume). */
async function takeFile(file: string): Promise<FileHandle | "taken"> {
  const lockFlag = OPEN_LOCKED[process.platform];
  const flags = constants.O_RDWR | constants.O_CREAT;
  if (lockFlag === undefined) {
    const handle = await open(file, flags, 0o600);
    if (await isFlockRefused(handle.fd)) {
      await handle.close();
      return "taken";
    }
    return handle;
  }
  try {
    return await open(file, flags | lockFlag | (constants.O_NONBLOCK ?? 0), 0o600);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "EAGAIN" || error.code === "EBUSY"))
      return "taken";
    throw error;
  }
}

/**
 * Node cannot call flock(2), but the lock belongs to the open file that flock(1) inherits from us, and stays when that
 * program has ended. Where it is missing or the file system has no locks, the abstract socket is what remains.
 */
function isFlockRefused(fd: number): Promise<boolean> {
  return new Promise((resolve) => {
    const flock = spawn("flock", ["-n", "-x", "3"], { stdio: ["ignore", "ignore", "ignore", fd] });
    flock.once("error", () => resolve(false));
    flock.once("exit", (code) => resolve(code === FLOCK_REFUSED_EXIT));
  });
}

function thisProcess(): DataDirHolder {
  const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString();
  return { pid: process.pid, hostname: hostname(), startedAt };
}

async function readHolder(file: string): Promise<DataDirHolder | undefined> {
  try {
    const holder: unknown = JSON.parse(await readFile(file, "utf8"));
    return isHolder(holder) ? holder : undefined;
  } catch {
    // Half-written by a process that starts at this moment: we refuse all the same, without its facts.
    return undefined;
  }
}

function isHolder(value: unknown): value is DataDirHolder {
  if (typeof value !== "object" || value === null) return false;
  return "pid" in value && typeof value.pid === "number" && "hostname" in value && "startedAt" in value;
}
