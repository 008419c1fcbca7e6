import { RESIZE_MIN_INTERVAL_MS, type TerminalSize } from "@sallyport/protocol";

/** Passes sizes on, at most one per interval and always the last: dragging a window must not storm the program. */
export class ResizePacer {
  readonly #apply: (size: TerminalSize) => void;
  #waiting: TerminalSize | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(apply: (size: TerminalSize) => void) {
    this.#apply = apply;
  }

  resize(size: TerminalSize): void {
    this.#waiting = size;
    if (!this.#timer) this.#next();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = undefined;
  }

  #next(): void {
    this.#timer = undefined;
    const size = this.#waiting;
    if (!size) return;
    this.#waiting = undefined;
    this.#timer = setTimeout(() => this.#next(), RESIZE_MIN_INTERVAL_MS);
    this.#apply(size);
  }
}
