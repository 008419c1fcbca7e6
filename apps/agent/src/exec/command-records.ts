/**
 * Which commands run, on disk: a terminal hangs its shell up when its host dies, a pipe tells nobody. So the next host
 * ends what the one before it left, and never a process of somebody else that came to the same number.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SessionProcesses, startTimeOf } from "../pty/session-processes.ts";

export class CommandRecords {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, "commands");
  }

  started(pid: number): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.#fileOf(pid), startTimeOf(pid) ?? "", { mode: 0o600 });
  }

  ended(pid: number): void {
    rmSync(this.#fileOf(pid), { force: true });
  }

  /** Kills what is left of commands whose host has died. For a host that has just become the only one. */
  endLeftovers(): void {
    for (const pid of this.#list()) {
      const now = startTimeOf(pid);
      // Its leader may have ended, and what it started not: the number is theirs until all of them have.
      const isOurs = now === undefined || now === this.#startTime(pid);
      if (isOurs) new SessionProcesses({ leaderPid: pid, tty: "", hasLeader: now !== undefined }).end(0);
      this.ended(pid);
    }
  }

  #list(): number[] {
    try {
      return readdirSync(this.#folder).map(Number).filter(Number.isInteger);
    } catch {
      // No command was ever run.
      return [];
    }
  }

  #startTime(pid: number): string {
    return readFileSync(this.#fileOf(pid), "utf8");
  }

  #fileOf(pid: number): string {
    return join(this.#folder, String(pid));
  }
}
