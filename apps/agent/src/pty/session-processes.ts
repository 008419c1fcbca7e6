/**
 * The processes of one terminal: who they are and how they are signalled. Linux answers from /proc, others through ps.
 * Owner of the invariant that no signal goes to a process of somebody else that came to the same number later.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Fields of /proc/<pid>/stat counted from the one after the name; see proc_pid_stat(5). */
const StatField = { state: 0, session: 3, foregroundGroup: 5, startTime: 19 } as const;

/** A session that forks while it is being killed is looked at again after this long, and at most this often. */
const KILL_AGAIN_MS = 20;
const KILL_ATTEMPTS = 25;

export class SessionProcesses {
  readonly #leaderPid: number;
  readonly #tty: string;
  #hasLeader: boolean;
  #killTimer: NodeJS.Timeout | undefined;

  /** The leader is alive: a child of this process that has just been started, say; or it is known to have ended. */
  constructor({ leaderPid, tty, hasLeader = true }: { leaderPid: number; tty: string; hasLeader?: boolean }) {
    this.#leaderPid = leaderPid;
    this.#tty = tty;
    this.#hasLeader = hasLeader;
  }

  /** Must be called when the leader has been reaped, because its number is free from then on. */
  leaderHasEnded(): void {
    this.#hasLeader = false;
    if (this.#killTimer !== undefined && this.#list().length === 0) clearTimeout(this.#killTimer);
  }

  /** Does nothing once the leader has ended. */
  signalForeground(name: NodeJS.Signals): void {
    if (this.#hasLeader) trySignal(-(findForegroundGroup(this.#leaderPid) ?? this.#leaderPid), name);
  }

  /** Whether nothing of it is left. */
  get isEmpty(): boolean {
    return this.#list().length === 0;
  }

  /** Asks every process to end, and after the grace kills those that did not. */
  end(graceMs: number): void {
    // A stopped process can only act on a SIGHUP when it is continued; the kernel sends both, too.
    for (const name of ["SIGHUP", "SIGCONT"] as const) this.#signalAll(name);
    this.#killTimer = setTimeout(() => this.#kill(KILL_ATTEMPTS), graceMs);
  }

  #kill(attempts: number): void {
    if (attempts === 0 || this.#signalAll("SIGKILL") === 0) return;
    this.#killTimer = setTimeout(() => this.#kill(attempts - 1), KILL_AGAIN_MS);
  }

  /** The number of processes there were. */
  #signalAll(name: NodeJS.Signals): number {
    const pids = this.#list();
    // Without /proc and ps the leader's own group can still be reached.
    const targets = pids.length === 0 && this.#hasLeader ? [-this.#leaderPid] : pids;
    for (const target of targets) trySignal(target, name);
    return targets.length;
  }

  #list(): number[] {
    if (!this.#hasLeader && !this.#isSessionKept()) return [];
    return listSessionProcesses(this.#leaderPid, this.#tty);
  }

  /**
   * Whether the session's number still means what it meant. It is not given out while the session has a process, so
   * when a process of that number exists after the leader has ended, the number and the session are a stranger's.
   */
  #isSessionKept(): boolean {
    return process.platform === "linux" && readStat(this.#leaderPid) === undefined;
  }
}

function findForegroundGroup(leaderPid: number): number | undefined {
  const group =
    process.platform === "linux"
      ? Number(readStat(leaderPid)?.[StatField.foregroundGroup])
      : Number(askPs("-o", "tpgid=", "-p", String(leaderPid))[0]);
  return group > 0 ? group : undefined;
}

function listSessionProcesses(leaderPid: number, tty: string): number[] {
  if (process.platform !== "linux") return askPs("-o", "pid=", "-t", basename(tty)).map(Number);
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      const stat = pid > 0 ? readStat(pid) : undefined;
      return stat?.[StatField.state] !== "Z" && Number(stat?.[StatField.session]) === leaderPid;
    });
}

/** When a process was started, in a form that only serves to be compared; undefined when there is none, or no /proc. */
export const startTimeOf = (pid: number): string | undefined => readStat(pid)?.[StatField.startTime];

function readStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name before the fields may hold spaces and parentheses of its own.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    // It has ended, or this is not Linux.
    return undefined;
  }
}

function askPs(...args: string[]): string[] {
  try {
    const output = execFileSync("ps", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return output
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  } catch {
    // "No such process" is a status of ps; without ps, only the leader's own group is reached.
    return [];
  }
}

function trySignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended since, or has become another user's, whom this agent may not signal either.
  }
}
