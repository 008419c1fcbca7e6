// A process and everything it started. Servers put their children into groups of their own, so that a signal to the
// group of the first does not reach them.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/**
 * Sends a signal to a process and to all that came from it. Silent when it is gone. What is held with SIGSTOP does
 * nothing more once this returns.
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
  if (signal === "SIGSTOP") waitUntilStopped(pid);
  for (const child of children) signalTree(child, signal);
}

/**
 * The signal is sent to the process, and its other threads go on until one of them has taken it: on a busy machine long
 * enough to greet somebody.
 *
 * @param {number} pid
 */
function waitUntilStopped(pid) {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 1_000 && statesOf(pid).some((state) => !/[TtZX]/.test(state)); tries += 1) {
    Atomics.wait(sleeper, 0, 0, 1);
  }
}

/**
 * What its threads do, in the letters of proc(5); empty where that cannot be known.
 *
 * @param {number} pid
 * @returns {string[]}
 */
function statesOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
      return stat.charAt(stat.lastIndexOf(")") + 2);
    });
  } catch {
    return [];
  }
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
