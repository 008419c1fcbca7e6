/**
 * Input on its way into one terminal, in order and counted. Owner of these invariants: bytes leave in the order they
 * came; a byte leaves once; `pendingBytes` is what has come less what has left; nothing here waits for the terminal.
 */
import type { StartTimer } from "./start-timer.ts";

/** Takes what fits now and returns its length, 0 when nothing fits, or "closed" when nothing ever will again. */
type TryWrite = (bytes: Uint8Array) => number | "closed";

type Item = { readonly bytes: Uint8Array; readonly onWritten: (() => void) | undefined; offset: number };

/**
 * Pauses between attempts on a full terminal, doubling from the first to the last while it stays full. There is no
 * event to wait for: libuv's tty streams write to a master blocking. The first keeps a paste at megabytes per second;
 * the last makes a program that never reads cost 20 attempts (well below 1 ms of work) per second.
 */
const FIRST_RETRY_MS = 1;
const LAST_RETRY_MS = 50;

export class WriteQueue {
  #items: Item[] = [];
  #pendingBytes = 0;
  #retryMs = FIRST_RETRY_MS;
  #cancelRetry: (() => void) | undefined;
  #isFlushing = false;
  #isClosed = false;
  #hasWaited = false;
  readonly #tryWrite: TryWrite;
  readonly #onDrain: () => void;
  readonly #startTimer: StartTimer;

  constructor(terminal: { tryWrite: TryWrite; onDrain: () => void; startTimer: StartTimer }) {
    this.#tryWrite = terminal.tryWrite;
    this.#onDrain = terminal.onDrain;
    this.#startTimer = terminal.startTimer;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  write(bytes: Uint8Array, onWritten?: () => void): void {
    if (this.#isClosed) return;
    this.#items.push({ bytes, onWritten, offset: 0 });
    this.#pendingBytes += bytes.length;
    // While a retry is due the terminal is full, so bytes behind the first need no attempt of their own.
    if (this.#cancelRetry === undefined) this.#flush();
  }

  /** Drops what is queued and takes no more. */
  close(): void {
    this.#isClosed = true;
    this.#items = [];
    this.#pendingBytes = 0;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #flush(): void {
    // A callback may write again; the loop below reaches that too.
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      for (let item = this.#items[0]; item !== undefined; item = this.#items[0]) {
        if (!this.#advance(item)) return;
      }
    } finally {
      this.#isFlushing = false;
    }
    if (!this.#hasWaited) return;
    this.#hasWaited = false;
    this.#onDrain();
  }

  /** Writes what fits of the first item. False when the queue has to wait. */
  #advance(item: Item): boolean {
    const remaining = item.bytes.length - item.offset;
    const written = remaining === 0 ? 0 : this.#tryWrite(item.bytes.subarray(item.offset));
    if (written === "closed") {
      this.close();
      return false;
    }
    item.offset += written;
    this.#pendingBytes -= written;
    if (written > 0) this.#retryMs = FIRST_RETRY_MS;
    if (written < remaining) {
      this.#retryLater();
      return false;
    }
    this.#items.shift();
    item.onWritten?.();
    return true;
  }

  #retryLater(): void {
    this.#hasWaited = true;
    this.#cancelRetry = this.#startTimer(() => {
      this.#cancelRetry = undefined;
      this.#flush();
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }
}
