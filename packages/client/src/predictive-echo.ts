import { type Clock, systemClock, type Timer } from "./clock.ts";
import { OutputScanner, type OutputToken } from "./output-scanner.ts";

export interface EchoCursor {
  /** Where the next character would appear, from 0. */
  column: number;
  columns: number;
  /** Nothing is shown right of the cursor. */
  lineRestIsBlank: boolean;
}

export interface PredictiveEchoOptions {
  /** The terminal's cursor, as of the output that was given here last. */
  cursor(): EchoCursor;
  /** What to show at the cursor has changed. */
  changed(overlay: string): void;
  clock?: Clock;
}

/** Predictions help above the one and only flicker below the other; between them, nothing changes. */
const ON_ABOVE_MS = 60;
const OFF_BELOW_MS = 30;
const RECENT_SAMPLES = 11;
const SHORTEST_PATIENCE_MS = 1_000;
/** Letters of one column each, in every font: ASCII and Latin, without the soft hyphen. */
const PREDICTABLE = /^[ -~\u00a1-\u00ac\u00ae-\u024f]$/;

/** What the program must say next if it echoes. */
interface Expected {
  /** Undefined: the character before it is rubbed out again. */
  char: string | undefined;
  typedAt: number;
}

/**
 * Guesses what a program will echo, so that it can be shown at once when the machine is far away.
 *
 * Nothing is shown until the program has echoed a character that was typed since the last Enter, control key or
 * surprise: at a password prompt there is no echo, so there is never anything to see. Whatever the program says that is
 * not the expected echo is a surprise and takes everything back.
 */
export class PredictiveEcho {
  readonly #options: PredictiveEchoOptions;
  readonly #clock: Clock;
  readonly #scanner = new OutputScanner();
  #expected: Expected[] = [];
  /** How much of `\b \b` has come while a rub-out is expected. */
  #rubbed: "" | "\b" | "\b " = "";
  /** The program echoes. */
  #isTrusted = false;
  /** A key went out that cannot be predicted: what is typed now may land anywhere. Over with the next output. */
  #isBlind = false;
  #samples: number[] = [];
  #isSlow = false;
  #shown = "";
  #expiry: Timer | undefined;

  constructor(options: PredictiveEchoOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** What to show at the cursor, marked as not confirmed. */
  overlay(): string {
    return this.#shown;
  }

  /** Keys went out. */
  typed(text: string): void {
    for (const char of text) this.#key(char);
    this.#update();
  }

  /** Output was drawn; call it when the terminal's cursor is behind these bytes. */
  output(bytes: Uint8Array): void {
    const waiting = this.#expected.length;
    let isSurprise = false;
    for (const token of this.#scanner.scan(bytes)) {
      if (this.#matches(token)) continue;
      isSurprise = true;
      this.#forget();
    }
    // Only a whole piece counts as an echo: a prompt may begin with a character that was typed by chance.
    if (!isSurprise && this.#expected.length < waiting) this.#isTrusted = true;
    if (this.#isBlind && this.#expected.length === 0 && bytes.length > 0) {
      this.#isBlind = false;
      this.#isTrusted = false;
    }
    this.#update();
  }

  /** A round trip was measured. */
  latency(ms: number): void {
    this.#sample(ms);
    this.#update();
  }

  /** The terminal was reset, or another program is to be expected. */
  clear(): void {
    this.#forget();
    this.#update();
  }

  #key(char: string): void {
    if (this.#isBlind) return;
    const length = this.#predicted()?.length ?? 0;
    if (char === "\x7f" && length > 0) {
      this.#expected.push({ char: undefined, typedAt: this.#clock.now() });
    } else if (PREDICTABLE.test(char) && this.#hasRoom(length)) {
      this.#expected.push({ char, typedAt: this.#clock.now() });
    } else {
      this.#isBlind = true;
    }
  }

  #hasRoom(length: number): boolean {
    const { column, columns, lineRestIsBlank } = this.#options.cursor();
    return lineRestIsBlank && this.#predicted() !== undefined && column + length < columns;
  }

  /** The text that is expected at the cursor; undefined while something left of it is to be rubbed out first. */
  #predicted(): string | undefined {
    const text: string[] = [];
    for (const { char } of this.#expected) {
      if (char !== undefined) text.push(char);
      else if (text.pop() === undefined) return undefined;
    }
    return text.join("");
  }

  #matches(token: OutputToken): boolean {
    const [next] = this.#expected;
    if (!next) return false;
    if (next.char === undefined) return this.#rubsOut(token);
    if (token.kind !== "print" || token.char !== next.char) return false;
    this.#arrived();
    return true;
  }

  #rubsOut(token: OutputToken): boolean {
    if (this.#rubbed === "" && token.kind === "back") this.#rubbed = "\b";
    else if (this.#rubbed === "\b" && token.kind === "print" && token.char === " ") this.#rubbed = "\b ";
    else if ((this.#rubbed === "\b " && token.kind === "back") || (this.#rubbed === "\b" && token.kind === "erase")) {
      this.#arrived();
    } else return false;
    return true;
  }

  #arrived(): void {
    const next = this.#expected.shift();
    this.#rubbed = "";
    if (next) this.#sample(this.#clock.now() - next.typedAt);
  }

  #forget(): void {
    this.#expected = [];
    this.#rubbed = "";
    this.#isTrusted = false;
  }

  #sample(ms: number): void {
    this.#samples = [...this.#samples, ms].slice(-RECENT_SAMPLES);
    const median = this.#medianMs();
    if (median > ON_ABOVE_MS) this.#isSlow = true;
    else if (median < OFF_BELOW_MS) this.#isSlow = false;
  }

  #medianMs(): number {
    return [...this.#samples].sort((a, b) => a - b)[Math.floor(this.#samples.length / 2)] ?? 0;
  }

  #update(): void {
    this.#watch();
    const overlay = this.#isSlow && this.#isTrusted ? (this.#predicted() ?? "") : "";
    if (overlay === this.#shown) return;
    this.#shown = overlay;
    this.#options.changed(overlay);
  }

  /** What has not come after two round trips will not come as an echo. */
  #watch(): void {
    this.#expiry?.cancel();
    const [oldest] = this.#expected;
    if (!oldest) return;
    const patienceMs = Math.max(2 * this.#medianMs(), SHORTEST_PATIENCE_MS);
    this.#expiry = this.#clock.after(Math.max(0, oldest.typedAt + patienceMs - this.#clock.now()), () => this.clear());
  }
}
