// A process and everything it started. Servers put their children into groups of their own, so that a signal to the
// group of the first does not reach them.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/**
 * Sends a signal to a process and to all that came from it. Silent when it is gone.
 *
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function signalTree(pid, signal) {
  const isFinal = signal === "SIGKILL";
  // A stopped parent starts nothing between the look and the blow.
  if (isFinal) send(pid, "SIGSTOP");
  const children = childrenOf(pid);
  send(pid, signal);
  for (const child of children) signalTree(child, signal);
}

/**
 * @param {number} pid
 * @returns {number[]}
 */
function childrenOf(pid) {
  const file = `/proc/${pid}/task/${pid}/children`;
  try {
    const text = existsSync("/proc/self/task") ? readFileSync(file, "utf8") : pgrep(pid);
    return text.split(/\s+/).filter(Boolean).map(Number);
  } catch {
    // It ended meanwhile.
    return [];
  }
}

/** @param {number} pid */
const pgrep = (pid) => spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }).stdout;

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
