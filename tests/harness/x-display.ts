/** A real X server without a screen, with the programs that a test runs on it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { atExit } from "./at-exit.mjs";

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export class XDisplay {
  readonly name: string;
  readonly #server: ChildProcess;
  readonly #children: ChildProcess[] = [];
  readonly #forget = atExit(() => this.stop());

  private constructor(name: string, server: ChildProcess) {
    this.name = name;
    this.#server = server;
  }

  /**
   * @param inside a display that this one is a window of, in its corner: what is done there by XTEST arrives here from
   *   real devices, as a person's hands would
   */
  static async start({ size = "1280x800", inside }: { size?: string; inside?: XDisplay } = {}): Promise<XDisplay> {
    const own = inside ? ["Xephyr", "-screen", size] : ["Xvfb", "-screen", "0", `${size}x24`];
    const [program = "", ...args] = [...own, "-displayfd", "3", "-nolisten", "tcp", "-noreset"];
    const env = { ...process.env, ...(inside && { DISPLAY: inside.name }) };
    const server = spawn(program, args, { stdio: ["ignore", "ignore", "ignore", "pipe"], env });
    const told = server.stdio[3];
    if (!told) throw new Error("invariant: a pipe");
    // It finds a free number by itself and tells it there.
    const [data] = (await once(told, "data")) as [Buffer];
    const number = data.toString().trim();
    const display = new XDisplay(`:${number}`, server);
    if (existsSync(`/tmp/.X11-unix/X${number}`)) return display;
    // One that had the number before was still ending, and took the new one's socket for its own.
    display.stop();
    return XDisplay.start({ size, ...(inside && { inside }) });
  }

  /** Starts a program on it, which ends with the display. */
  run(program: string, ...args: string[]): ChildProcess {
    const child = spawn(program, args, {
      env: { ...process.env, DISPLAY: this.name, LC_ALL: "C.UTF-8" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.on("error", () => {});
    this.#children.push(child);
    return child;
  }

  /** Runs a program to its end; what it printed. */
  async ask(program: string, ...args: string[]): Promise<string> {
    const { stdout } = this.run(program, ...args);
    return stdout ? text(stdout) : "";
  }

  /** Text that somebody at this display copies. */
  async copy(copied: string): Promise<void> {
    const xclip = this.run("xclip", "-selection", "clipboard", "-loops", "0");
    xclip.stdin?.end(copied);
    await once(xclip, "spawn");
  }

  paste(): Promise<string> {
    return this.ask("xclip", "-selection", "clipboard", "-out");
  }

  /** The areas of the windows on it, the one on top last. */
  async windows(): Promise<Area[]> {
    const tree = await this.ask("xwininfo", "-root", "-children");
    const found = [...tree.matchAll(/ (\d+)x(\d+)\+-?\d+\+-?\d+ {2}\+(-?\d+)\+(-?\d+)/g)];
    return found
      .map(([, width, height, x, y]) => ({ x: Number(x), y: Number(y), width: Number(width), height: Number(height) }))
      .reverse();
  }

  async click(x: number, y: number): Promise<void> {
    await this.ask("xdotool", "mousemove", String(x), String(y), "click", "1");
  }

  stop(): void {
    this.#forget();
    for (const child of this.#children) child.kill("SIGKILL");
    this.#server.kill("SIGKILL");
  }
}
