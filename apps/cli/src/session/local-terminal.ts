import { writeSync } from "node:fs";
import { constants } from "node:os";
import type { TerminalSize } from "@sallyport/protocol";
import { TERMINAL_COLS, TERMINAL_ROWS } from "@sallyport/protocol";
import { TerminalModes } from "./terminal-modes.ts";

const FATAL_SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT"] as const;
const STDOUT = 1;

/**
 * The terminal that this command was started on, or the pipes in its place.
 *
 * Owner of its modes: whoever ends this process, but for SIGKILL, finds the terminal as it was.
 */
export class LocalTerminal {
  readonly #modes = new TerminalModes();
  readonly #onExit = () => {
    this.leave();
    this.draw("\n");
  };
  #isRaw = false;
  /** What the person had on the screen before us is not on it any more. */
  #isOurs = false;

  /** A person sits there: keys come one by one, and what we say is seen. */
  readonly isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;

  get size(): TerminalSize {
    const { columns, rows } = process.stdout;
    return { cols: columns || TERMINAL_COLS.default, rows: rows || TERMINAL_ROWS.default };
  }

  /** Every key goes to the program from now on. */
  enter(): void {
    if (this.#isRaw || !this.isInteractive) return;
    this.#isRaw = true;
    process.on("exit", this.#onExit);
    for (const signal of FATAL_SIGNALS) process.on(signal, onFatalSignal);
    process.stdin.setRawMode(true);
  }

  /** Gives the terminal back. */
  leave(): void {
    if (!this.#isRaw) return;
    this.#isRaw = false;
    process.off("exit", this.#onExit);
    for (const signal of FATAL_SIGNALS) process.off(signal, onFatalSignal);
    try {
      // Whole, even when the process ends now.
      // What a program left below the cursor is not what our last words should stand in.
      writeSync(STDOUT, `${this.#modes.restore()}\x1b[J`);
      process.stdin.setRawMode(false);
    } catch {
      // The terminal is gone, and its modes with it.
    }
    this.#modes.clear();
  }

  /** `done`: the terminal has taken the bytes. */
  write(bytes: Uint8Array, done: () => void): void {
    if (this.isInteractive) this.#modes.feed(bytes);
    process.stdout.write(bytes, done);
  }

  /** Draws something of ours, which changes no modes. */
  draw(text: string): void {
    if (this.isInteractive) process.stdout.write(text);
  }

  /** Replaces what is shown by what should be shown, in the modes that are set. */
  repaint({ bytes, cursor }: { bytes: string; cursor: string }): void {
    const redo = this.#modes.redo();
    this.draw(`\x1b[2K${this.#modes.blank(this.#keepPast())}${bytes}${redo && redo + cursor}`);
  }

  /** The window has another size. */
  resized(): void {
    this.#modes.resized();
  }

  /** An empty screen, in the modes of a terminal that nobody has touched. */
  clear(): void {
    this.draw(`${this.#modes.restore()}${this.#keepPast()}\x1b[H\x1b[J`);
    this.#modes.clear();
  }

  /** What the person had on the screen before we came moves up, where he can scroll to. */
  #keepPast(): string {
    const past = this.#isOurs ? "" : "\n".repeat(this.size.rows);
    this.#isOurs = true;
    return past;
  }
}

function onFatalSignal(signal: NodeJS.Signals): void {
  // "exit" gives the terminal back.
  process.exit(128 + constants.signals[signal]);
}
