/** A person's window on a truth shell: types into it, judges every byte that comes back, and says goodbye at the end. */
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { TestWindow, type WindowOptions } from "../harness/window.ts";
import { TruthChecker } from "./truth-checker.ts";
import { TruthTypist } from "./truth-typist.ts";

const TRUTH_SHELL = fileURLToPath(new URL("truth-shell.mjs", import.meta.url));
const TYPE_EVERY_MS = 40;
const PAUSE_MS = 100;

export interface TruthWindowOptions extends Pick<WindowOptions, "baseUrl" | "who" | "machineId"> {
  /** Output in bytes per second; 0 for as fast as it can. */
  rate?: number;
  recordBytes?: number;
}

export class TruthWindow {
  readonly window: TestWindow;
  readonly typist = new TruthTypist();
  readonly checker = new TruthChecker({ typist: this.typist });
  /** How long there was no output, each time that somebody could have seen it. */
  readonly pausesMs: number[] = [];
  #failure: unknown;
  #typing: NodeJS.Timeout | undefined;
  #refused = 0;

  private constructor(options: TruthWindowOptions) {
    this.window = new TestWindow({ ...options, output: (bytes) => this.#judge(() => this.checker.output(bytes)) });
  }

  /** Resolves when the shell prints. */
  static async open({ rate = 300_000, recordBytes = 200, ...where }: TruthWindowOptions): Promise<TruthWindow> {
    const truth = new TruthWindow({ ...where });
    await truth.window.is("connected");
    truth.window.type(`exec ${process.execPath} ${TRUTH_SHELL} --rate ${rate} --record ${recordBytes}\r`);
    await truth.#until(() => truth.checker.records > 10, "the truth shell");
    return truth;
  }

  get pid(): number {
    return this.checker.pid ?? 0;
  }

  get sessionId(): string {
    return this.window.session.sessionId ?? "";
  }

  startTyping(everyMs = TYPE_EVERY_MS): void {
    this.#typing = setInterval(() => {
      const line = this.typist.line();
      if (this.window.type(line) !== line.length) this.#refused += 1;
    }, everyMs);
  }

  /** Resolves, to the milliseconds it took, when output comes that was not there before. */
  async moves(withinMs = 30_000): Promise<number> {
    const at = performance.now();
    const before = this.checker.records;
    await this.#until(() => this.checker.records > before, "more output", withinMs);
    return performance.now() - at;
  }

  /** Everything typed so far has been answered. */
  async settles(withinMs = 30_000): Promise<void> {
    this.stopTyping();
    await this.#until(() => this.checker.answered === this.typist.lines, "the last answer", withinMs);
  }

  /** After something was done to the line: types for a moment more, and waits until all of it came back. */
  async typesOn(withinMs: number): Promise<{ movedMs: number; settledMs: number }> {
    const at = performance.now();
    const before = this.typist.lines;
    const isMoving = () => this.checker.answered > before + 5;
    await this.#until(isMoving, "answers to what was typed afterwards", withinMs);
    const movedMs = performance.now() - at;
    await this.settles(withinMs);
    return { movedMs, settledMs: performance.now() - at };
  }

  stopTyping(): void {
    clearInterval(this.#typing);
  }

  /** The shell's farewell: every byte came once, in order, both ways, and from the same process all along. */
  async quits(): Promise<void> {
    await this.settles();
    const { pid } = this;
    this.window.type(this.typist.command("quit"));
    await this.#until(() => this.window.state === "ended", "the end");
    this.checker.assertQuiet();
    expect(this.#refused).toBe(0);
    expect(this.window.dropped).toBe(0);
    expect(this.checker.gapBytes).toBe(0);
    expect(this.checker.pid).toBe(pid);
    expect(this.checker.farewell?.inputs).toBe(this.typist.lines);
    expect(this.window.states.at(-1)).toMatchObject({ cause: "exited", exit: { exit_code: 7 } });
  }

  /** For a session that does not end in order. */
  close(): void {
    this.stopTyping();
    this.window.session.close();
  }

  /** What went through, in words. */
  get summary(): string {
    const pauses = this.pausesMs.map((ms) => ms.toFixed(0)).join(" ");
    return `${this.checker.bytes} bytes out, ${this.typist.lines} lines in, pauses of ${pauses} ms`;
  }

  #judge(take: () => void): void {
    const { lastOutputAtMs } = this.checker;
    try {
      take();
    } catch (error) {
      this.#failure ??= error;
    }
    const pauseMs = this.checker.lastOutputAtMs - lastOutputAtMs;
    if (this.checker.records > 0 && pauseMs >= PAUSE_MS) this.pausesMs.push(pauseMs);
  }

  async #until(condition: () => boolean, what: string, withinMs?: number): Promise<void> {
    await this.window.when(() => this.#failure !== undefined || condition(), what, withinMs);
    if (this.#failure) throw this.#failure;
  }
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
