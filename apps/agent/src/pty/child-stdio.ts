/**
 * Keeps this process's terminals out of its children.
 *
 * openpty() leaves the master side without close-on-exec and Node has no call to set it, so every child would inherit
 * every master that is open: a shell could read and type into the terminals opened before it. Instead each child gets
 * /dev/null at those numbers, as it does for what this process was itself started with by mistake.
 */
import type { StdioOptions } from "node:child_process";
import { fstatSync, openSync, readdirSync, readFileSync } from "node:fs";

type Stdio = "ignore" | "pipe" | "inherit" | number;

const FIRST_EXTRA_FD = 3;
/** Of Linux, on every architecture Node runs on; only /proc shows it. */
const O_CLOEXEC = 0o2000000;

const masters = new Set<number>();
let nullFd: number | undefined;
let inherited: readonly number[] | undefined;

/** From now on no child started with `childStdio` gets this descriptor. */
export function hideFromChildren(fd: number): void {
  masters.add(fd);
}

/** For a descriptor that has been closed; its number may come back as something harmless. */
export function forgetDescriptor(fd: number): void {
  masters.delete(fd);
}

/**
 * The `stdio` option for child_process: the child has these three and nothing else of ours. Every child that this
 * process starts while a terminal may be open needs it.
 */
export function childStdio(standard: readonly [Stdio, Stdio, Stdio]): StdioOptions {
  nullFd ??= openSync("/dev/null", "r+");
  inherited ??= listInheritable().filter((fd) => !masters.has(fd));
  const hidden = new Set([...masters, ...inherited.filter(isOpen)]);
  const stdio: Stdio[] = [...standard];
  // "ignore" leaves a number beyond the first three as it is, and close-on-exec does its work there.
  for (let fd = FIRST_EXTRA_FD; fd <= Math.max(0, ...hidden); fd += 1) stdio.push(hidden.has(fd) ? nullFd : "ignore");
  return stdio;
}

/** Open descriptors that would pass to a child as they are. Empty where there is no /proc. */
function listInheritable(): number[] {
  try {
    return readdirSync("/proc/self/fd")
      .map(Number)
      .filter((fd) => fd >= FIRST_EXTRA_FD && isInheritable(fd));
  } catch {
    // macOS has no /proc; there Node starts children with POSIX_SPAWN_CLOEXEC_DEFAULT instead.
    return [];
  }
}

function isInheritable(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    // The descriptor of the listing itself is closed by now.
    return false;
  }
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}
