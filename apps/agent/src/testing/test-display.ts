/** A real X server without a screen, for tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { openX11, type X11Connection } from "../desktop/x11/x11-connection.ts";

export class TestDisplay {
  readonly name: string;
  readonly #server: ChildProcess;
  readonly #children: ChildProcess[] = [];
  readonly #connections: X11Connection[] = [];

  private constructor(name: string, server: ChildProcess) {
    this.name = name;
    this.#server = server;
  }

  /** @param args of Xvfb, besides those that every test wants; or of another server, with its program first */
  static async start(args: readonly string[] = [], { program = "Xvfb", env = {} } = {}): Promise<TestDisplay> {
    const size = program === "Xvfb" ? ["-screen", "0", "1280x800x24"] : [];
    // It finds a free number by itself and tells it there.
    const server = spawn(program, ["-displayfd", "3", "-nolisten", "tcp", "-noreset", ...size, ...args], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      env: { ...process.env, ...env },
    });
    const failed = once(server, "exit").then(() => Promise.reject(new Error(`${program} did not start`)));
    const told = server.stdio[3];
    if (!told || !("setEncoding" in told)) throw new Error("invariant: a pipe");
    told.setEncoding("utf8");
    const [number] = (await Promise.race([once(told, "data"), failed])) as [string];
    failed.catch(() => {});
    const display = new TestDisplay(`:${number.trim()}`, server);
    if (existsSync(`/tmp/.X11-unix/X${number.trim()}`)) return display;
    // One that had the number before was still ending, and took the new one's socket for its own.
    await display.stop();
    return TestDisplay.start(args, { program, env });
  }

  async connect(lost?: (reason: string) => void): Promise<X11Connection> {
    const connection = await openX11(this.name, lost && { lost });
    this.#connections.push(connection);
    return connection;
  }

  /** Runs a program on it; it is ended with the display. */
  run(program: string, args: readonly string[], { input }: { input?: string } = {}): ChildProcess {
    const child = spawn(program, args, { env: { ...process.env, DISPLAY: this.name, LC_ALL: "C.UTF-8" } });
    child.stdin.on("error", () => {});
    if (input !== undefined) child.stdin.end(input);
    this.#children.push(child);
    return child;
  }

  /** What it printed, when it has ended. */
  async output(program: string, args: readonly string[]): Promise<string> {
    const child = this.run(program, args);
    const parts: Buffer[] = [];
    child.stdout?.on("data", (part: Buffer) => parts.push(part));
    await once(child, "close");
    return Buffer.concat(parts).toString();
  }

  kill(): void {
    this.#server.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    for (const child of this.#children) if (child.exitCode === null) child.kill("SIGKILL");
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const ended = once(this.#server, "exit");
    this.#server.kill("SIGTERM");
    await ended;
  }
}
