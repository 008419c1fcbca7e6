/**
 * Joins many small reads of a terminal into few frames. Owner of these invariants: bytes leave complete and in order;
 * no frame is larger than the limit; what comes after a quiet moment leaves at once, so an echoed key is never delayed;
 * nothing else waits longer than the delay.
 */
import { type StartTimer, startTimer } from "./start-timer.ts";

/** One read of the kernel is 4 KiB. Frames of that size carried 40 MB/s from a terminal to a WebSocket, these 67. */
const MAX_FRAME_BYTES = 32 * 1024;

/** Long enough to fill a frame at 8 MB/s, and a quarter of what a screen takes to show it. */
const MAX_FRAME_DELAY_MS = 4;

type CoalesceOptions = {
  readonly maxFrameBytes?: number;
  readonly maxDelayMs?: number;
  readonly startTimer?: StartTimer;
};

export class OutputCoalescer {
  #chunks: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Set while less than the delay has passed since a frame left; what comes in that time is joined. */
  #cancelTimer: (() => void) | undefined;
  readonly #emit: (frame: Uint8Array) => void;
  readonly #maxFrameBytes: number;
  readonly #maxDelayMs: number;
  readonly #startTimer: StartTimer;

  /** A frame given to `emit` may be the pushed array itself or a part of it: neither side may change it afterwards. */
  constructor(emit: (frame: Uint8Array) => void, options: CoalesceOptions = {}) {
    this.#emit = emit;
    this.#maxFrameBytes = options.maxFrameBytes ?? MAX_FRAME_BYTES;
    this.#maxDelayMs = options.maxDelayMs ?? MAX_FRAME_DELAY_MS;
    this.#startTimer = options.startTimer ?? startTimer;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    // Never split what still fits a frame of its own, so that a large read is passed on without being copied.
    if (this.#pendingBytes + bytes.length > this.#maxFrameBytes) this.#emitPending();
    let rest = bytes;
    while (rest.length >= this.#maxFrameBytes) {
      this.#emitFrame(rest.subarray(0, this.#maxFrameBytes));
      rest = rest.subarray(this.#maxFrameBytes);
    }
    if (rest.length === 0) return;
    this.#chunks.push(rest);
    this.#pendingBytes += rest.length;
    if (this.#cancelTimer === undefined) this.#emitPending();
  }

  /** Sends what waits. Call it before anything that must come after the output, such as the exit. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const frame = this.#takePending();
    if (frame !== undefined) this.#emit(frame);
  }

  #emitPending(): void {
    const frame = this.#takePending();
    if (frame !== undefined) this.#emitFrame(frame);
  }

  #emitFrame(frame: Uint8Array): void {
    this.#cancelTimer ??= this.#startTimer(() => {
      this.#cancelTimer = undefined;
      this.#emitPending();
    }, this.#maxDelayMs);
    this.#emit(frame);
  }

  #takePending(): Uint8Array | undefined {
    const [first] = this.#chunks;
    const frame = this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.#pendingBytes) : first;
    this.#chunks = [];
    this.#pendingBytes = 0;
    return frame;
  }
}
