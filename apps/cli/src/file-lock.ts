import { open, rm, stat } from "node:fs/promises";

const RETRY_MS = 50;
/** A process that held a lock for longer has died; what is done under it takes at most ten seconds. */
const STALE_MS = 30_000;

/** Runs `work` while no other process on this computer does so for the same file. */
export async function withFileLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const lock = `${file}.lock`;
  while (!(await take(lock))) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > STALE_MS) await rm(lock, { force: true });
  return false;
}
