import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// Node 20 cannot run TypeScript, and a process that a test kills must run our sources: vite, which runs the test, loads them.
const RUN_SOURCE = `
  const { runnerImport } = await import("vite");
  await runnerImport(process.argv[1], { configFile: false });`;

/** A process that runs one TypeScript file. lines is what it has printed so far. */
export interface Fixture {
  readonly pid: number | undefined;
  readonly lines: readonly string[];
  /** Resolves when it has printed `count` lines. Rejects when it ends before. */
  untilLines(count: number): Promise<void>;
  /** kill -9. Resolves when the process is gone and every line it managed to print is in `lines`. */
  kill(): Promise<void>;
}

export function startFixture(source: URL, ...args: string[]): Fixture {
  const file = fileURLToPath(source);
  const child = spawn(process.execPath, ["--input-type=module", "-e", RUN_SOURCE, file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const output = createInterface(child.stdout);
  output.on("line", (line) => lines.push(line));
  const closed = once(child, "close");
  return {
    pid: child.pid,
    lines,
    async untilLines(count) {
      while (lines.length < count) {
        await Promise.race([once(output, "line"), closed]);
        if (hasEnded(child) && lines.length < count) throw new Error(`${file} ended after ${lines.length} lines`);
      }
    },
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
