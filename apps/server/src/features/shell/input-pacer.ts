/**
 * Keeps a viewer within its message rate without ever losing a byte (hazard H6, design.md section 3).
 *
 * While the bucket is full every keystroke goes out at once. When it runs low, typed bytes are joined for the time
 * that one message may take, so the bucket does not run dry. When it is dry all the same, bytes wait here; beyond
 * `INPUT_PENDING_BYTES` the viewer's socket is not read until there is room.
 */
import { INPUT_MESSAGE_BYTES, INPUT_PENDING_BYTES } from "@sallyport/protocol";

/** How long to wait before asking an empty bucket again. It refills in whole seconds, so finer asking gains little. */
const RETRY_MS = 100;

export interface PacerHooks {
  /** Takes one message's worth from the bucket; false when it is empty. */
  take(): boolean;
  tokensAvailable(): number;
  /** Whether the stream can take more; when it says no, call `pump` once it can. */
  ready(): boolean;
  send(bytes: Buffer): void;
  /** The bucket was empty with bytes waiting. Told once until it has recovered. */
  limited(): void;
  pause(): void;
  resume(): void;
  now(): number;
}

export class InputPacer {
  readonly #hooks: PacerHooks;
  readonly #lowWater: number;
  readonly #intervalMs: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #limited = false;
  #paused = false;
  #closed = false;

  constructor(messagesPerSecond: number, hooks: PacerHooks) {
    this.#hooks = hooks;
    this.#lowWater = messagesPerSecond / 2;
    this.#intervalMs = 1_000 / messagesPerSecond;
  }

  get pendingBytes(): number {
    return this.#bytes;
  }

  push(bytes: Buffer): void {
    if (this.#closed) return;
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    if (!this.#paused && this.#bytes > INPUT_PENDING_BYTES) {
      this.#paused = true;
      this.#hooks.pause();
    }
    this.pump();
  }

  /** Sends what may be sent now. */
  pump(): void {
    while (!this.#closed && this.#bytes > 0 && this.#timer === undefined && this.#hooks.ready()) {
      const waitMs = this.#waitMs();
      if (waitMs > 0) return this.#later(waitMs);
      if (!this.#hooks.take()) {
        if (!this.#limited) this.#hooks.limited();
        this.#limited = true;
        return this.#later(RETRY_MS);
      }
      this.#limited = false;
      this.#lastSentAt = this.#hooks.now();
      this.#hooks.send(this.#next());
    }
    if (this.#paused && this.#bytes <= INPUT_PENDING_BYTES / 2) {
      this.#paused = false;
      this.#hooks.resume();
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#chunks = [];
    this.#bytes = 0;
  }

  #waitMs(): number {
    if (this.#hooks.tokensAvailable() > this.#lowWater || this.#bytes >= INPUT_MESSAGE_BYTES) return 0;
    return this.#lastSentAt + this.#intervalMs - this.#hooks.now();
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.pump();
    }, ms);
  }

  #next(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first && first.length <= INPUT_MESSAGE_BYTES) {
      this.#chunks = [];
      this.#bytes = 0;
      return first;
    }
    const all = Buffer.concat(this.#chunks, this.#bytes);
    const message = all.subarray(0, INPUT_MESSAGE_BYTES);
    const rest = all.subarray(message.length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    return message;
  }
}
