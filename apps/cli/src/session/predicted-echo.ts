import { PredictiveEcho } from "@sallyport/client";
import type { LocalTerminal } from "./local-terminal.ts";
import type { ScreenModel } from "./screen-model.ts";

/** Below it, echoes are quick enough; `PredictiveEcho` decides finely what this switches on. */
const WORTH_FOLLOWING_MS = 60;

/**
 * Draws predicted echoes underlined at the cursor, and takes them away before real output is written.
 *
 * Invariants: nothing is followed or drawn before the way to the machine was slow once; what is drawn stands on cells
 * that were blank, in front of a cursor that has not moved since.
 */
export class PredictedEcho {
  readonly #terminal: LocalTerminal;
  readonly #model: ScreenModel;
  readonly #echo: PredictiveEcho;
  readonly #decoder = new TextDecoder();
  #state: "resting" | "opening" | "following" | "ended" = "resting";
  /** Pieces of output that are on the terminal and not in the model yet. */
  #unparsed = 0;
  #drawn = "";

  constructor(terminal: LocalTerminal, model: ScreenModel) {
    this.#terminal = terminal;
    this.#model = model;
    this.#echo = new PredictiveEcho({ cursor: () => this.#cursor(), changed: () => this.#draw() });
  }

  latency(ms: number): void {
    if (this.#state === "resting" && ms > WORTH_FOLLOWING_MS) {
      this.#state = "opening";
      void this.#model.follow().then(() => {
        if (this.#state === "opening") this.#state = "following";
      });
    }
    this.#echo.latency(ms);
  }

  typed(bytes: Uint8Array): void {
    if (this.#state === "following") this.#echo.typed(this.#decoder.decode(bytes, { stream: true }));
  }

  beforeOutput(): void {
    this.#unparsed += 1;
    this.#erase();
  }

  afterOutput(bytes: Uint8Array): void {
    this.#unparsed -= 1;
    if (this.#state !== "following") return;
    this.#echo.output(bytes);
    this.#draw();
  }

  /** The screen is drawn anew, or covered. */
  clear(): void {
    this.#echo.clear();
    this.#erase();
  }

  end(): void {
    this.#state = "ended";
    this.clear();
  }

  #cursor() {
    const { terminal } = this.#model;
    const blank = { column: 0, columns: 0, lineRestIsBlank: false };
    if (!terminal) return blank;
    const { cursorX, cursorY, baseY } = terminal.buffer.active;
    const line = terminal.buffer.active.getLine(baseY + cursorY);
    if (!line) return blank;
    const isBlank = (column: number) => {
      const cell = line.getCell(column);
      return cell === undefined || (cell.getChars().trim() === "" && cell.isBgDefault() && !cell.isInverse());
    };
    let column = cursorX;
    while (column < terminal.cols && isBlank(column)) column += 1;
    // The last column is left out: behind a character there, terminals disagree on where the cursor is.
    return { column: cursorX, columns: terminal.cols - 1, lineRestIsBlank: column >= terminal.cols };
  }

  #draw(): void {
    if (this.#unparsed > 0 || this.#state !== "following") return;
    const overlay = this.#echo.overlay();
    if (overlay === this.#drawn) return;
    this.#erase();
    const { column, columns, lineRestIsBlank } = this.#cursor();
    if (overlay === "" || !lineRestIsBlank || column + overlay.length > columns) return;
    this.#drawn = overlay;
    // Not with save and restore: what the program has saved is its own.
    this.#terminal.draw(`\x1b[4m${overlay}\x1b[24m\x1b[${overlay.length}D`);
  }

  #erase(): void {
    if (this.#drawn === "") return;
    // "Erase characters" leaves the cursor where it is.
    this.#terminal.draw(`\x1b[${this.#drawn.length}X`);
    this.#drawn = "";
  }
}
