// What the machine's processes did, read from /proc.
import { readdirSync, readFileSync } from "node:fs";

export const TICKS_PER_SECOND = 100;

/** All that the machine's processors did, for other machines of its host too, in ticks. */
export function machineTicks() {
  const [user, nice, system, , , interrupts, soft, stolen] = readFileSync("/proc/stat", "utf8")
    .split("\n")[0]
    .split(/ +/)
    .slice(1);
  return [user, nice, system, interrupts, soft, stolen].reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** A process and all that it started, each with what it did, in ticks; the process itself is the first. */
function processesBelow(root) {
  const processes = readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1].split(" ");
      return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
    } catch {
      // It ended while the others were read.
      return [];
    }
  });
  const own = new Set(processes.filter(({ pid }) => pid === root));
  for (const { pid } of own) for (const one of processes) if (one.parent === pid) own.add(one);
  return [...own];
}

/** What a process and all that it started did. */
export function ticksBelow(root) {
  return processesBelow(root).reduce((sum, { ticks }) => sum + ticks, 0);
}

/** The memory of a process and of all that it started, what they share counted once. */
export function memoryMiB(root) {
  const kib = processesBelow(root).map(({ pid }) => {
    try {
      return Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      // It ended meanwhile.
      return 0;
    }
  });
  return Math.round(kib.reduce((sum, one) => sum + one, 0) / 1024);
}

export function killBelow(root) {
  for (const { pid } of processesBelow(root)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended with the one that started it.
    }
  }
}
