const RETRY_MS = 50;

export interface InputFeederOptions {
  /** Returns how many of the bytes were accepted. */
  type(bytes: Uint8Array): number;
  /** Whether what was not accepted may be tried again; otherwise it is dropped. */
  mayWait(): boolean;
  pause(): void;
  resume(): void;
  dropped(byteCount: number): void;
}

/** Hands over typed bytes in order. What is not accepted waits, and no more is read meanwhile. */
export class InputFeeder {
  readonly #options: InputFeederOptions;
  #waiting: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: InputFeederOptions) {
    this.#options = options;
  }

  feed(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    if (!this.#timer) this.#pump();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #pump(): void {
    const { type, mayWait, pause, resume, dropped } = this.#options;
    const wasWaiting = this.#timer !== undefined;
    this.#timer = undefined;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const accepted = type(next);
      if (accepted === next.length) continue;
      const rest = next.subarray(accepted);
      if (!mayWait()) {
        dropped(rest.length);
        continue;
      }
      this.#waiting.unshift(rest);
      this.#timer = setTimeout(() => this.#pump(), RETRY_MS);
      if (!wasWaiting) pause();
      return;
    }
    if (wasWaiting) resume();
  }
}
