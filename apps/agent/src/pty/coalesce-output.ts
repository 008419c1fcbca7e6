/**
 * Joins many small reads of a terminal into few frames. Owner of these invariants: bytes leave complete and in order;
 * no frame is larger than the limit; what comes after a quiet moment leaves at once, so an echoed key is never delayed;
 * nothing else waits longer than the delay.
 */
import { type StartTimer, startTimer } from "./start-timer.ts";

/** One read of the kernel is 4 KiB. Frames of that size carried 40 MB/s from a terminal to a WebSocket, these 67. */
const MAX_FRAME_BYTES = 32 * 1024;

/** Long enough to fill a frame at 16 MB/s, and an eighth of what a screen takes to show it. */
const MAX_FRAME_DELAY_MS = 2;

type CoalesceOptions = {
  readonly maxFrameBytes?: number;
  /** Room that is left in front of each frame's bytes. */
  readonly headerBytes?: number;
  readonly maxDelayMs?: number;
  readonly startTimer?: StartTimer;
};

export class OutputCoalescer {
  /** Where bytes are joined: copied once, into the very frame that leaves. */
  #room: Buffer | undefined;
  #filledBytes = 0;
  /** Set while less than the delay has passed since a frame left; what comes in that time is joined. */
  #cancelTimer: (() => void) | undefined;
  readonly #emit: (frame: Uint8Array) => void;
  readonly #maxFrameBytes: number;
  readonly #headerBytes: number;
  readonly #maxDelayMs: number;
  readonly #startTimer: StartTimer;

  /** A frame given to `emit` is the receiver's to keep; the first `headerBytes` of it are not filled in. */
  constructor(emit: (frame: Uint8Array) => void, options: CoalesceOptions = {}) {
    this.#emit = emit;
    this.#maxFrameBytes = options.maxFrameBytes ?? MAX_FRAME_BYTES;
    this.#headerBytes = options.headerBytes ?? 0;
    this.#maxDelayMs = options.maxDelayMs ?? MAX_FRAME_DELAY_MS;
    this.#startTimer = options.startTimer ?? startTimer;
  }

  /** Takes a copy of these bytes. */
  push(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) {
      const taken = Math.min(rest.length, this.#maxFrameBytes - this.#filledBytes);
      this.#room ??= Buffer.allocUnsafeSlow(this.#headerBytes + this.#maxFrameBytes);
      this.#room.set(rest.subarray(0, taken), this.#headerBytes + this.#filledBytes);
      this.#filledBytes += taken;
      rest = rest.subarray(taken);
      if (this.#filledBytes === this.#maxFrameBytes) this.#emitFrame();
    }
    if (this.#cancelTimer === undefined) this.#emitFrame();
  }

  /** Sends what waits. Call it before anything that must come after the output, such as the exit. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const frame = this.#take();
    if (frame !== undefined) this.#emit(frame);
  }

  #emitFrame(): void {
    const frame = this.#take();
    if (frame === undefined) return;
    this.#cancelTimer ??= this.#startTimer(() => {
      this.#cancelTimer = undefined;
      this.#emitFrame();
    }, this.#maxDelayMs);
    this.#emit(frame);
  }

  #take(): Uint8Array | undefined {
    const room = this.#room;
    if (room === undefined || this.#filledBytes === 0) return undefined;
    const frame = room.subarray(0, this.#headerBytes + this.#filledBytes);
    const isMostlyFull = this.#filledBytes * 2 > this.#maxFrameBytes;
    this.#filledBytes = 0;
    // An echo that is kept must not hold a whole frame's memory.
    if (!isMostlyFull) return Buffer.from(frame);
    this.#room = undefined;
    return frame;
  }
}
