import type { LocalTerminal } from "./local-terminal.ts";
import type { PredictedEcho } from "./predicted-echo.ts";
import { ScreenModel } from "./screen-model.ts";

/**
 * What is on the terminal: the program's output, and at times a line of ours over its last row.
 *
 * Invariants: while a line of ours is shown, output waits; when it goes, the screen is drawn as the program left it, and
 * only then the output goes on.
 */
export class Screen {
  readonly model: ScreenModel;
  readonly #terminal: LocalTerminal;
  #held: { bytes: Uint8Array; done: () => void }[] = [];
  #note: string | undefined;
  /** The drawing that is under way, after a line of ours. */
  #repaint: object | undefined;
  #echo: PredictedEcho | undefined;

  constructor(terminal: LocalTerminal) {
    this.#terminal = terminal;
    this.model = new ScreenModel(terminal.size);
  }

  get hasNote(): boolean {
    return this.#note !== undefined;
  }

  predictWith(echo: PredictedEcho): void {
    this.#echo = echo;
  }

  /** `done` once the terminal has taken the bytes. */
  output(bytes: Uint8Array, done: () => void): void {
    if (this.#note !== undefined || this.#repaint) this.#held.push({ bytes, done });
    else this.#write(bytes, done);
  }

  /** What comes next draws everything. */
  clear(): void {
    this.#note = undefined;
    this.#repaint = undefined;
    this.#echo?.clear();
    this.model.clear();
    // It was for the screen that is gone, but who sent it waits to hear that it was taken.
    for (const { done } of this.#held.splice(0)) done();
    this.#terminal.clear();
  }

  resized(): void {
    this.#echo?.clear();
    this.#terminal.resized();
    this.model.resize(this.#terminal.size);
    if (this.#note !== undefined) this.#drawNote(this.#note);
  }

  /** Shows a line of ours. The cursor stays at its end until the screen is drawn again. */
  showNote(text: string): void {
    this.#echo?.clear();
    this.#note = text;
    this.#repaint = undefined;
    this.#drawNote(text);
  }

  hideNote(): void {
    if (this.#note === undefined) return;
    this.#note = undefined;
    const repaint = {};
    this.#repaint = repaint;
    void this.model.draw().then((drawing) => {
      if (this.#repaint !== repaint) return;
      this.#repaint = undefined;
      this.#terminal.repaint(drawing);
      this.#flush();
    });
  }

  /** Nothing more of ours is shown; what waits is written after all. */
  end(): void {
    this.#echo?.end();
    this.#note = undefined;
    this.#repaint = undefined;
    this.#flush();
    this.model.dispose();
  }

  #flush(): void {
    for (const { bytes, done } of this.#held.splice(0)) this.#write(bytes, done);
  }

  #write(bytes: Uint8Array, done: () => void): void {
    this.#echo?.beforeOutput();
    this.#terminal.write(bytes, done);
    this.model.write(bytes, this.#echo && (() => this.#echo?.afterOutput(bytes)));
  }

  #drawNote(text: string): void {
    const { cols, rows } = this.#terminal.size;
    const dim = process.env.NO_COLOR ? "" : "\x1b[2m";
    this.#terminal.draw(`\x1b[${rows};1H\x1b[0m\x1b[2K${dim}${text.slice(0, cols - 1)}\x1b[0m`);
  }
}
