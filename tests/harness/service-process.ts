/** A server of others, run by a test: with what it wrote, and what can be done to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { atExit } from "./at-exit.mjs";
import { signalTree } from "./process-tree.mjs";

const READY_TIMEOUT_MS = 10_000;

export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<void>;
  output = "";
  #isRunning = true;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (bytes: Buffer) => {
        this.output = (this.output + bytes.toString()).slice(-100_000);
      });
    }
    const forget = atExit(() => this.kill());
    this.exited = new Promise((resolve) => {
      const over = () => {
        this.#isRunning = false;
        forget();
        resolve();
      };
      this.#child.once("exit", over);
      this.#child.once("error", over);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Resolves to whether it became ready; false when it ended before, as one does whose port was taken. */
  async becomes(isReady: () => boolean | Promise<boolean>): Promise<boolean> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (this.isRunning) {
      if (await isReady()) return true;
      if (performance.now() > deadline) throw new Error(`not ready in time:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child.kill(signal);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.resume();
    this.signal(signal);
    await this.exited;
  }

  /** With everything it started, at once. */
  kill(): void {
    if (this.isRunning) signalTree(this.pid, "SIGKILL");
  }

  pause(): void {
    if (this.isRunning) signalTree(this.pid, "SIGSTOP");
  }

  resume(): void {
    if (this.isRunning) signalTree(this.pid, "SIGCONT");
  }
}
