/**
 * The output of one session by byte offset: what is retained, what has been sent, what has been acknowledged.
 *
 * Invariants, at every moment:
 * - `base <= acked <= sent <= end`
 * - `end - base <= ringBytes`: memory is bounded
 * - nothing is sent that makes `sent - acked` larger than the window: what can pile up on the way is bounded, too
 * - every byte in `[base, end)` is here, so whatever is not acknowledged can be sent again
 * - bytes that are not acknowledged are forgotten only while `givesWay`, which is never while somebody is attached
 *
 * It does no I/O and knows no clock. A chunk is appended with room for a frame's header in front of its bytes, so
 * that sending it needs no copy; from then on the chunk belongs to the log.
 */
import { FRAME_HEADER_BYTES, OUTPUT_FRAME_BYTES } from "@sallyport/protocol";
import { type Chunk, joinSmall, tailOf } from "./output-chunk.ts";

export interface OutputLimits {
  /** Most bytes sent beyond what the viewer has acknowledged, until it asks for another window. */
  windowBytes: number;
  /** Most bytes kept, acknowledged or not; at least a window and `IN_FLIGHT_BYTES`. */
  ringBytes: number;
  /** Acknowledged bytes that are kept as well, for a viewer that comes back and has fewer than it acknowledged. */
  retainBytes: number;
}

/** Bytes to send from `offset` on, with `FRAME_HEADER_BYTES` of room in front of them. */
export interface Unsent {
  offset: number;
  frame: Uint8Array;
}

/** What can still come after reading was stopped: one read, and what waits to be joined with it. */
export const IN_FLIGHT_BYTES = 4 * OUTPUT_FRAME_BYTES;
/** Chunks beyond one per full frame that are tolerated before small ones are joined: a keystroke's echo is one each. */
const SMALL_CHUNKS = 64;

export class OutputLog {
  /** Whether the oldest bytes give way when the ring is full, seen or not. Otherwise a full ring must not be appended to. */
  givesWay = false;
  readonly #limits: OutputLimits;
  readonly #onForgotten: (bytes: Uint8Array) => void;
  /** In order and without holes, from the one that holds `base` to the last. */
  #chunks: Chunk[] = [];
  /** Index of the chunk that holds `sent`: all before it are sent whole. */
  #next = 0;
  #window: number;
  #base = 0;
  #acked = 0;
  #sent = 0;
  #end = 0;

  /** `onForgotten` sees every byte that leaves the ring, in order. */
  constructor(limits: OutputLimits, onForgotten: (bytes: Uint8Array) => void = () => {}) {
    if (limits.windowBytes < OUTPUT_FRAME_BYTES || limits.ringBytes < limits.windowBytes + IN_FLIGHT_BYTES) {
      throw new Error("invariant: a window holds a frame, and the ring holds a window and what is on its way");
    }
    this.#limits = limits;
    this.#onForgotten = onForgotten;
    this.#window = limits.windowBytes;
  }

  get base(): number {
    return this.#base;
  }
  get acked(): number {
    return this.#acked;
  }
  get sent(): number {
    return this.#sent;
  }
  get end(): number {
    return this.#end;
  }

  /** Whether a whole window waits for the viewer: time to stop reading the terminal while there is one. */
  get isWindowFull(): boolean {
    return this.#end - this.#acked >= this.#window;
  }

  /** Whether the ring is full of what nobody has acknowledged: time to stop reading, or to let it give way. */
  get isRingFull(): boolean {
    return this.#end - this.#acked > this.#limits.ringBytes - IN_FLIGHT_BYTES;
  }

  /** The viewer takes this much from now on; what has been sent already stays sent. */
  setWindow(bytes: number): void {
    const { ringBytes } = this.#limits;
    this.#window = Math.max(OUTPUT_FRAME_BYTES, Math.min(bytes, ringBytes - IN_FLIGHT_BYTES));
  }

  /** Takes over one frame's worth of output; its first `FRAME_HEADER_BYTES` bytes are room for the header. */
  append(frame: Uint8Array): void {
    const byteCount = frame.length - FRAME_HEADER_BYTES;
    if (byteCount < 0 || byteCount > OUTPUT_FRAME_BYTES) throw new Error("invariant: a chunk is at most one frame");
    if (byteCount === 0) return;
    if (!this.givesWay && this.#end + byteCount - this.#acked > this.#limits.ringBytes) {
      throw new Error("invariant: the terminal is read only while the ring has room");
    }
    this.#chunks.push({ offset: this.#end, end: this.#end + byteCount, frame });
    this.#end += byteCount;
    this.#forget();
    this.#compact();
  }

  /** The next bytes that may be sent now, counted as sent; undefined when the window or the log has no more. */
  take(): Unsent | undefined {
    const chunk = this.#chunks[this.#next];
    if (!chunk || chunk.end - this.#acked > this.#window) return undefined;
    const offset = this.#sent;
    this.#sent = chunk.end;
    this.#next += 1;
    return { offset, frame: offset === chunk.offset ? chunk.frame : tailOf(chunk, offset) };
  }

  /** The viewer has drawn everything before `offset`. Returns false when it cannot have: it was never sent. */
  acknowledge(offset: number): boolean {
    if (offset > this.#sent) return false;
    // An acknowledgement that was overtaken by a later one says nothing new.
    if (offset <= this.#acked) return true;
    this.#acked = offset;
    this.#forget();
    return true;
  }

  /**
   * Starts over, with a window as at the first, for a viewer that has everything before `have`. Returns where output
   * goes on: later than `have` when those bytes are no longer kept. Returns undefined for a viewer that claims bytes
   * that do not exist.
   */
  rewind(have: number): number | undefined {
    if (have > this.#end) return undefined;
    const start = Math.max(have, this.#base);
    this.#window = this.#limits.windowBytes;
    this.#acked = start;
    this.#sent = start;
    this.#forget();
    const next = this.#chunks.findIndex(({ end }) => end > start);
    this.#next = next < 0 ? this.#chunks.length : next;
    return start;
  }

  /** Every byte in `[base, end)`, in order. They are views: the log may forget them, but never changes them. */
  retained(): Uint8Array[] {
    return this.#chunks.map((chunk) => bytesOf(chunk, this.#base, this.#end));
  }

  /** Lets go of what nobody can ask for any more: acknowledged bytes give way, others only while `givesWay`. */
  #forget(): void {
    const { retainBytes, ringBytes } = this.#limits;
    // One frame stays free: it may be on its way from the terminal while a rewind fills the ring to the brim.
    const oldest = Math.max(this.#acked - retainBytes, this.#end - (ringBytes - OUTPUT_FRAME_BYTES));
    const base = Math.max(this.#base, this.givesWay ? oldest : Math.min(this.#acked, oldest));
    if (base === this.#base) return;
    this.#tellForgotten(base);
    this.#base = base;
    this.#acked = Math.max(this.#acked, base);
    this.#sent = Math.max(this.#sent, base);
    let gone = 0;
    while ((this.#chunks[gone]?.end ?? Number.POSITIVE_INFINITY) <= base) gone += 1;
    if (gone === 0) return;
    this.#chunks.splice(0, gone);
    this.#next = Math.max(0, this.#next - gone);
  }

  #tellForgotten(newBase: number): void {
    for (const chunk of this.#chunks) {
      if (chunk.offset >= newBase) return;
      this.#onForgotten(bytesOf(chunk, this.#base, newBase));
    }
  }

  /** A chunk of one byte costs some hundred bytes of bookkeeping, so many small ones are joined to few full ones. */
  #compact(): void {
    const fullFrames = (this.#end - this.#base) / OUTPUT_FRAME_BYTES;
    if (this.#chunks.length <= SMALL_CHUNKS + 2 * fullFrames) return;
    const sent = joinSmall(this.#chunks.slice(0, this.#next));
    this.#chunks = [...sent, ...joinSmall(this.#chunks.slice(this.#next))];
    this.#next = sent.length;
  }
}

/** The chunk's bytes in `[from, to)`. */
const bytesOf = ({ offset, end, frame }: Chunk, from: number, to: number): Uint8Array =>
  frame.subarray(FRAME_HEADER_BYTES + Math.max(from, offset) - offset, FRAME_HEADER_BYTES + Math.min(to, end) - offset);
