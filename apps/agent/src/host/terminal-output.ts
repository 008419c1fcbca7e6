/**
 * Reads one terminal into its log. What decides how fast:
 *
 * - While a viewer is attached, no faster than it draws: only while less than its window waits for it.
 * - For `BLOCK_FOR_MS` after it has gone, until the ring is full. The kernel's own buffer then fills, the program waits,
 *   and a viewer that is back by then misses nothing.
 * - After that a terminal's program is not held up any more: it is read as it comes, and the oldest output gives way. The next
 *   viewer is told of the gap.
 *
 * Memory stays flat in all three.
 */
import {
  type Attached,
  BLOCK_FOR_MS,
  FRAME_HEADER_BYTES,
  OUTPUT_FRAME_BYTES,
  OUTPUT_RETAIN_BYTES,
  OUTPUT_RING_BYTES,
  OUTPUT_WINDOW_BYTES,
} from "@sallyport/protocol";
import { OutputCoalescer } from "../pty/coalesce-output.ts";
import type { PtyExit } from "../pty/pty.ts";
import { type OutputLimits, OutputLog } from "./output-log.ts";
import { PrivateModes } from "./private-modes.ts";
import type { Program } from "./program.ts";
import { startRunningTimer } from "./running-timer.ts";
import type { Past } from "./screen.ts";

export interface TerminalOutputEvents {
  /** There is more in the log. */
  more(): void;
  /** The program has ended and the log is complete. */
  exited(exit: PtyExit): void;
}

/** Where output goes on for a viewer. */
export type Continuation = Pick<Attached, "start" | "gap"> & {
  /** What went before `start`, for a viewer that has seen nothing of it. */
  past?: Past;
};

const LIMITS: OutputLimits = {
  windowBytes: OUTPUT_WINDOW_BYTES,
  ringBytes: OUTPUT_RING_BYTES,
  retainBytes: OUTPUT_RETAIN_BYTES,
};

export class TerminalOutput {
  readonly log: OutputLog;
  readonly #program: Program;
  readonly #events: TerminalOutputEvents;
  readonly #forgotten = new PrivateModes();
  readonly #frames = new OutputCoalescer((frame) => this.#append(frame), {
    headerBytes: FRAME_HEADER_BYTES,
    maxFrameBytes: OUTPUT_FRAME_BYTES,
  });
  readonly #mayLose: boolean;
  #isAttached = false;
  #isPaused = false;
  #isDiscarded = false;
  #isEchoAwaited = false;
  #stopBlockTimer = () => {};

  /** @param mayLose whether the oldest output may give way; if not, the program waits for as long as nobody reads it */
  constructor(program: Program, events: TerminalOutputEvents, { limits = LIMITS, mayLose = true } = {}) {
    this.log = new OutputLog(limits, mayLose ? (bytes) => this.#forgotten.feed(bytes) : undefined);
    this.#mayLose = mayLose;
    this.#program = program;
    this.#events = events;
    this.#startBlocking();
    program.onExit((exit) => {
      this.#frames.flush();
      events.exited(exit);
    });
    program.onOutput((bytes) => this.#read(bytes));
  }

  /** Something was typed: what the terminal says next is waited for, and must not be held back to be joined with more. */
  expectEcho(): void {
    this.#isEchoAwaited = true;
  }

  /**
   * A viewer is there, which has every byte before `have`; null when it has nothing and will be shown the screen.
   * Returns undefined, and changes nothing, for one that claims bytes that do not exist.
   */
  attach(have: number | null): Continuation | undefined {
    const { base, end } = this.log;
    const wanted = have ?? end;
    if (wanted > end) return undefined;
    const past = have === null && end > 0 && { bytes: this.log.retained(), modes: this.#forgotten.copy() };
    // First: from here on nothing gives way, not even what goes before the place where this viewer goes on.
    this.log.givesWay = false;
    const start = this.log.rewind(wanted);
    if (start === undefined) return undefined;
    this.#isAttached = true;
    this.#stopBlockTimer();
    this.#regulate();
    return { start, ...(start > wanted && { gap: { from: wanted, to: base } }), ...(past && { past }) };
  }

  /** There is no viewer any more. */
  detach(): void {
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#startBlocking();
    this.#regulate();
  }

  /** Passes a viewer's acknowledgement on. Returns false when the viewer cannot have drawn that much. */
  acknowledge(offset: number, windowBytes?: number): boolean {
    if (!this.log.acknowledge(offset)) return false;
    if (windowBytes !== undefined) this.log.setWindow(windowBytes);
    this.#regulate();
    return true;
  }

  /** Nobody will see any more of it: what still comes is read, so that the program can end, and dropped. */
  discard(): void {
    this.#isDiscarded = true;
    this.stop();
    this.#regulate();
  }

  /** No timer of it runs any more. */
  stop(): void {
    this.#stopBlockTimer();
  }

  #startBlocking(): void {
    if (!this.#mayLose) return;
    this.#stopBlockTimer = startRunningTimer(BLOCK_FOR_MS, () => {
      this.log.givesWay = true;
      this.#regulate();
    });
  }

  #read(bytes: Uint8Array): void {
    if (this.#isDiscarded) return;
    this.#frames.push(bytes);
    if (!this.#isEchoAwaited) return;
    this.#isEchoAwaited = false;
    this.#frames.flush();
  }

  #append(frame: Uint8Array): void {
    if (this.#isDiscarded) return;
    this.log.append(frame);
    this.#events.more();
    this.#regulate();
  }

  get #mustWait(): boolean {
    if (this.#isDiscarded) return false;
    if (this.#isAttached) return this.log.isWindowFull;
    return this.log.isRingFull && !this.log.givesWay;
  }

  #regulate(): void {
    const mustWait = this.#mustWait;
    if (mustWait === this.#isPaused) return;
    this.#isPaused = mustWait;
    if (mustWait) this.#program.pause();
    else this.#program.resume();
  }
}
