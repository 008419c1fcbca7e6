/** Starts the real programs, as a user would, and takes them down again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** From `tests/harness` and from `tests/dist/harness` alike. */
const ROOT = import.meta.url.includes("/dist/")
  ? fileURLToPath(new URL("../../..", import.meta.url))
  : fileURLToPath(new URL("../..", import.meta.url));
const BINARIES = {
  sallyport: join(ROOT, "apps/server/bin/sallyport.js"),
  ztna: join(ROOT, "apps/agent/bin/ztna.js"),
  "gatekey-admin": join(ROOT, "apps/cli/bin/gatekey-admin.js"),
};
export type ProgramName = keyof typeof BINARIES;

export interface ProgramOptions {
  /** Given to standard input, which then ends; without it there is none. */
  input?: string | undefined;
  /** A command that runs the program, such as `ip netns exec …`. */
  under?: readonly string[] | undefined;
}

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A program that runs, with everything it has written so far. */
export class Program {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly exited: Promise<number | null>;

  constructor(
    name: ProgramName,
    args: readonly string[],
    env: Record<string, string>,
    { input, under = [] }: ProgramOptions = {},
  ) {
    const [command = process.execPath, ...rest] = [...under, process.execPath, BINARIES[name], ...args];
    this.child = spawn(command, rest, {
      env: { ...cleanEnvironment(), ...env },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    if (input !== undefined) this.child.stdin?.end(input);
    this.exited = once(this.child, "close").then(([status]) => status as number | null);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The first match in what was written to standard error; fails with everything written when it ends without one. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stderr);
      if (found) return found;
      const more = once(this.child.stderr ?? this.child, "data");
      const ended = await Promise.race([more.then(() => false), this.exited.then(() => true)]);
      if (ended && !pattern.test(this.stderr))
        throw new Error(`${pattern} was never said:\n${this.stderr}${this.stdout}`);
    }
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.exited;
  }
}

/** Runs a program to its end. */
export async function runProgram(
  name: ProgramName,
  args: readonly string[],
  env: Record<string, string> = {},
  input?: string,
): Promise<Finished> {
  const program = new Program(name, args, env, { input });
  const status = await program.exited;
  return { status, stdout: program.stdout, stderr: program.stderr };
}

/** What a login shell of a new machine would have; nothing of the test runner's. */
function cleanEnvironment(): Record<string, string> {
  const keep = ["PATH", "HOME", "USER", "LANG", "SHELL", "TZ"];
  return Object.fromEntries(keep.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** A private folder that goes away with its owner. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "sallyport-"));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
