import type { Pty, PtyExit, PtySize } from "../pty/pty.ts";

/** The program's output: what is at each offset is known without keeping it. */
const PERIOD = 65_521;
const PATTERN = Buffer.from(
  Array.from({ length: 2 * PERIOD }, (_, at) => ((at % PERIOD) * 31 + ((at % PERIOD) >> 7)) & 0xff),
);

/** What the program of a `FakePty` has written in `[from, to)`. */
export function outputOf(from: number, to: number): Buffer {
  const whole: Buffer[] = [];
  for (let at = from; at < to; ) {
    const end = Math.min(to, at + PERIOD);
    whole.push(PATTERN.subarray(at % PERIOD, (at % PERIOD) + end - at));
    at = end;
  }
  return Buffer.concat(whole);
}

/** Most that one read returns, as of the real one. */
const READ_BYTES = 16 * 1024;

/** A terminal with a program that says and does only what it is told, and keeps the promises of `Pty`. */
export class FakePty implements Pty {
  readonly pid = 1;
  readonly pendingWriteBytes = 0;
  readonly written: number[] = [];
  /** What the program has written so far, read or not. */
  produced = 0;
  read = 0;
  size: PtySize | undefined;
  isHungUp = false;
  #isPaused = false;
  #isReading = false;
  #exit: PtyExit | undefined;
  #isOver = false;
  #onOutput: (bytes: Uint8Array) => void = () => {};
  #onExit: (exit: PtyExit) => void = () => {};

  get hasExited(): boolean {
    return this.#exit !== undefined;
  }

  produce(byteCount: number): void {
    if (this.#exit) return;
    this.produced += byteCount;
    this.#startReading();
  }

  exit(exit: PtyExit): void {
    this.#exit ??= exit;
    this.#startReading();
  }

  onOutput(listener: (bytes: Uint8Array) => void): void {
    this.#onOutput = listener;
  }
  onExit(listener: (exit: PtyExit) => void): void {
    this.#onExit = listener;
  }
  onDrain(): void {}
  signal(): void {}

  write(bytes: Uint8Array, onWritten?: () => void): void {
    this.written.push(...bytes);
    onWritten?.();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#startReading();
  }

  resize(size: PtySize): void {
    this.size = size;
  }

  hangup(): void {
    this.isHungUp = true;
    this.exit({ exitCode: null, signal: 1 });
  }

  #startReading(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    setImmediate(() => {
      this.#isReading = false;
      this.#readAll();
    });
  }

  #readAll(): void {
    if (this.#isOver) return;
    while (!this.#isPaused && this.read < this.produced) {
      const from = this.read;
      this.read = Math.min(this.produced, from + READ_BYTES);
      this.#onOutput(outputOf(from, this.read));
    }
    // After a hangup, what a paused reader has not read is dropped.
    const isDone = this.read === this.produced || this.isHungUp;
    if (!this.#exit || !isDone || this.#isOver) return;
    this.#isOver = true;
    this.#onExit(this.#exit);
  }
}
