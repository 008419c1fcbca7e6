/**
 * Reads one terminal into its log, no faster than the viewer draws.
 *
 * Invariant: the terminal is read only while less than a window waits for the viewer. The kernel's own buffer then
 * fills, the program waits, and memory stays flat; what was read already still fits the ring.
 */
import { OUTPUT_FRAME_BYTES, OUTPUT_RING_BYTES, OUTPUT_WINDOW_BYTES } from "@sallyport/protocol";
import { OutputCoalescer } from "../pty/coalesce-output.ts";
import type { Pty, PtyExit } from "../pty/pty.ts";
import { frameOf } from "./output-chunk.ts";
import { OutputLog } from "./output-log.ts";

export interface TerminalOutputEvents {
  /** There is more in the log. */
  more(): void;
  /** The program has ended and the log is complete. */
  exited(exit: PtyExit): void;
}

export class TerminalOutput {
  readonly log = new OutputLog({ windowBytes: OUTPUT_WINDOW_BYTES, ringBytes: OUTPUT_RING_BYTES, retainBytes: 0 });
  readonly #pty: Pty;
  readonly #events: TerminalOutputEvents;
  readonly #frames = new OutputCoalescer((bytes) => this.#append(bytes), { maxFrameBytes: OUTPUT_FRAME_BYTES });
  #isPaused = false;
  #isDiscarded = false;
  #isEchoAwaited = false;

  constructor(pty: Pty, events: TerminalOutputEvents) {
    this.#pty = pty;
    this.#events = events;
    pty.onExit((exit) => {
      this.#frames.flush();
      events.exited(exit);
    });
    pty.onOutput((bytes) => this.#read(bytes));
  }

  /** Something was typed: what the terminal says next is waited for, and must not be held back to be joined with more. */
  expectEcho(): void {
    this.#isEchoAwaited = true;
  }

  /** Passes a viewer's acknowledgement on. Returns false when the viewer cannot have drawn that much. */
  acknowledge(offset: number): boolean {
    const isPossible = this.log.acknowledge(offset);
    this.#regulate();
    return isPossible;
  }

  /** Lets a new viewer start from everything that is not acknowledged. Returns where that is. */
  restart(): number {
    const start = this.log.rewind(this.log.base) ?? this.log.base;
    this.#regulate();
    return start;
  }

  /** Nobody will see any more of it: what still comes is read, so that the program can end, and dropped. */
  discard(): void {
    this.#isDiscarded = true;
    this.#regulate();
  }

  #read(bytes: Uint8Array): void {
    if (this.#isDiscarded) return;
    this.#frames.push(bytes);
    if (!this.#isEchoAwaited) return;
    this.#isEchoAwaited = false;
    this.#frames.flush();
  }

  #append(bytes: Uint8Array): void {
    if (this.#isDiscarded) return;
    this.log.append(frameOf(bytes));
    this.#events.more();
    this.#regulate();
  }

  #regulate(): void {
    const shouldPause = this.log.isFull && !this.#isDiscarded;
    if (shouldPause === this.#isPaused) return;
    this.#isPaused = shouldPause;
    if (shouldPause) this.#pty.pause();
    else this.#pty.resume();
  }
}
