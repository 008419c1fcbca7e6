/** The real program, built and run as people run it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive, signalIfAlive } from "../platform/processes.ts";

const REPOSITORY = fileURLToPath(new URL("../../../..", import.meta.url));
const PROGRAM = fileURLToPath(new URL("../../bin/ztna.js", import.meta.url));

/** Brings what `bin` starts up to date. */
export function buildProgram(): void {
  execFileSync(process.execPath, [join(REPOSITORY, "scripts/bundle.mjs"), "agent"], {
    cwd: REPOSITORY,
    stdio: "inherit",
  });
}

/** What is shown of a desktop depends on the machine that the tests run on. */
const NO_DESKTOP = { ZTNA_DESKTOP: "off" };

export interface Result {
  status: number | null;
  out: string;
  err: string;
}

/** One machine: a state directory of its own, and `ztna` on it. */
export class Machine {
  readonly stateDir = realpathSync(mkdtempSync(join(tmpdir(), "ztna-cli-")));
  readonly #env: Record<string, string>;
  readonly #children = new Set<ChildProcess>();

  constructor(env: Record<string, string> = {}) {
    this.#env = { PATH: "/usr/bin:/bin", HOME: this.stateDir, ZTNA_STATE_DIR: this.stateDir, ...NO_DESKTOP, ...env };
  }

  /** Runs a command to its end. */
  ztna(args: string[], env: Record<string, string> = {}): Promise<Result> {
    const { child, result } = this.start(args, env);
    child.stdin?.end();
    return result;
  }

  /** Starts a command that stays. */
  start(args: string[], env: Record<string, string> = {}): { child: ChildProcess; result: Promise<Result> } {
    const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...this.#env, ...env }, cwd: tmpdir() });
    this.#children.add(child);
    const result = new Promise<Result>((resolve) => {
      let out = "";
      let err = "";
      child.stdout.on("data", (chunk: Buffer) => (out += chunk));
      child.stderr.on("data", (chunk: Buffer) => (err += chunk));
      child.once("close", (status) => resolve({ status, out, err }));
    });
    return { child, result };
  }

  /** Everything written down in the state directory, logs included. */
  files(): Record<string, string> {
    const files: Record<string, string> = {};
    for (const name of readdirSync(this.stateDir)) {
      if (!name.endsWith(".sock")) files[name] = readFileSync(join(this.stateDir, name), "utf8");
    }
    return files;
  }

  /** What anyone on the machine can see of this machine's agent processes. */
  visible(pids: number[]): string {
    return pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8")).join("\n");
  }

  environmentOf(pid: number): string {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  }

  /** Leaves nothing behind, whatever a test did or did not get to. */
  async dispose(): Promise<void> {
    await this.ztna(["down"]);
    for (const { pid } of this.#children) if (pid !== undefined && isAlive(pid)) signalIfAlive(pid, "SIGKILL");
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}
