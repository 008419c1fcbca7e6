/** Other processes of ours: are they there, and waiting until they are not. */
import { readFileSync } from "node:fs";
import { errorCode } from "./error-code.ts";
import { wait } from "./wait.ts";

/** The system tells nobody but a parent when a process ends, so others must look. */
const LOOK_EVERY_MS = 20;

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
  return !isZombie(pid);
}

/**
 * Whether a process has ended and only its parent does not know yet. In a container whose first process collects no
 * children, it stays so for ever.
 */
function isZombie(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The state follows the program's name, which is in parentheses and may hold any character.
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    // It went between the two looks, or /proc is not for us to read: then what kill said holds.
    return false;
  }
}

/** Waits until the process has gone. Resolves to false when it is still there after `timeoutMs`. */
export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(pid)) {
    if (performance.now() >= deadline) return false;
    await wait(LOOK_EVERY_MS);
  }
  return true;
}

/** Sends a signal; a process that has gone already is no error. */
export function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}
