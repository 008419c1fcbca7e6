import { INPUT_FRAME_BYTES, INPUT_WINDOW_BYTES } from "@sallyport/protocol";
import { ByteQueue } from "./byte-queue.ts";

/** Typed bytes that may wait here for the window while connected: a large paste. */
export const INPUT_PASTE_BYTES = 1024 * 1024;

export interface InputFrame {
  offset: number;
  payload: Uint8Array;
}

/**
 * What was typed and is not known to be in the terminal yet. It survives sockets.
 *
 * Invariants: `acknowledged <= sent <= typed`; at most one window is sent and not acknowledged; a byte leaves only when
 * the terminal has it or when it is given up, which is always reported; nothing is sent while disconnected.
 */
export class PendingInput {
  readonly #bytes = new ByteQueue();
  #acknowledged = 0;
  #sent = 0;
  /** Whether the offsets are the terminal's: before the first attach nobody knows where typing starts. */
  #anchored = false;
  #connected = false;
  #ended = false;

  /** The terminal has every typed byte before this. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** The offset behind the last byte that was typed. */
  get typed(): number {
    return this.#acknowledged + this.#bytes.length;
  }

  /** Bytes that are not known to be in the terminal. */
  get byteCount(): number {
    return this.#bytes.length;
  }

  /** A copy of them, to show to the person who typed. */
  text(): Uint8Array {
    return this.#bytes.peek(0, this.#bytes.length).slice();
  }

  /**
   * Takes typed bytes and returns how many: while disconnected no more than a window, because what was typed blindly
   * is executed all at once later; while connected also the rest of a paste.
   */
  type(bytes: Uint8Array): number {
    if (this.#ended) return 0;
    const used = this.#connected ? this.typed - this.#sent : this.#bytes.length;
    const room = (this.#connected ? INPUT_PASTE_BYTES : INPUT_WINDOW_BYTES) - used;
    const accepted = bytes.subarray(0, Math.max(0, room));
    this.#bytes.push(accepted);
    return accepted.length;
  }

  /** The next frame to send, or undefined when there is none or the window is full. Its payload is a view: send it now. */
  next(): InputFrame | undefined {
    if (!this.#connected) return undefined;
    const offset = this.#sent;
    const end = Math.min(this.typed, offset + INPUT_FRAME_BYTES, this.#acknowledged + INPUT_WINDOW_BYTES);
    if (end <= offset) return undefined;
    this.#sent = end;
    return { offset, payload: this.#bytes.peek(offset - this.#acknowledged, end - this.#acknowledged) };
  }

  /** The terminal has everything before `offset`. False when that was never sent: the other side is confused. */
  acknowledge(offset: number): boolean {
    if (offset > this.#sent) return false;
    this.#bytes.drop(Math.max(0, offset - this.#acknowledged));
    this.#acknowledged = Math.max(this.#acknowledged, offset);
    return true;
  }

  /**
   * A terminal that has every typed byte before `inputNext` is attached: what it has is dropped, the rest will be sent
   * again. When that cannot be ours, somebody else typed meanwhile, and what we typed was meant for another screen: it
   * is given up. Returns how many bytes were.
   */
  attach(inputNext: number): number {
    if (this.#ended) return 0;
    const ours = !this.#anchored || (inputNext >= this.#acknowledged && inputNext <= this.typed);
    const dropped = ours ? 0 : this.giveUp();
    if (this.#anchored) this.#bytes.drop(Math.max(0, inputNext - this.#acknowledged));
    this.#anchored = true;
    this.#acknowledged = inputNext;
    this.#sent = inputNext;
    this.#connected = true;
    return dropped;
  }

  /** The terminal cannot be reached for now. */
  disconnected(): void {
    this.#connected = false;
  }

  /**
   * Drops everything that is not acknowledged, as when another window took over; returns how many bytes that were. Some
   * of them may have arrived, so offsets must be learnt again: what is typed next is not what the terminal then has.
   */
  giveUp(): number {
    const dropped = this.#bytes.length;
    this.#bytes.clear();
    this.#sent = this.#acknowledged;
    this.#anchored = false;
    this.#connected = false;
    return dropped;
  }

  /** The program has ended: nothing is taken or sent any more. Returns how many bytes never reached it. */
  end(): number {
    this.#ended = true;
    return this.giveUp();
  }
}
