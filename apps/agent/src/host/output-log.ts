/**
 * The output of one session by byte offset: what is retained, what has been sent, what has been acknowledged.
 *
 * Invariants, at every moment:
 * - `base <= acked <= sent <= end`
 * - `end - base <= ringBytes`: memory is bounded
 * - `sent - acked <= windowBytes`: so is what can pile up on the way to the viewer
 * - every byte in `[base, end)` is here, so whatever is not acknowledged can be sent again
 *
 * It does no I/O and knows no clock. A chunk is appended with room for a frame's header in front of its bytes, so
 * that sending it needs no copy; from then on the chunk belongs to the log.
 */
import { FRAME_HEADER_BYTES, OUTPUT_FRAME_BYTES } from "@sallyport/protocol";
import { type Chunk, joinSmall, tailOf } from "./output-chunk.ts";

export interface OutputLimits {
  /** Most bytes sent beyond what the viewer has acknowledged. */
  windowBytes: number;
  /** Most bytes kept, acknowledged or not; at least a window and a frame. */
  ringBytes: number;
  /** Acknowledged bytes that are kept as well, for a viewer that comes back and has fewer than it acknowledged. */
  retainBytes: number;
}

/** Bytes to send from `offset` on, with `FRAME_HEADER_BYTES` of room in front of them. */
export interface Unsent {
  offset: number;
  frame: Uint8Array;
}

/** Chunks beyond one per full frame that are tolerated before small ones are joined: a keystroke's echo is one each. */
const SMALL_CHUNKS = 64;

export class OutputLog {
  readonly #limits: OutputLimits;
  /** In order and without holes, from the one that holds `base` to the last. */
  #chunks: Chunk[] = [];
  /** Index of the chunk that holds `sent`: all before it are sent whole. */
  #next = 0;
  #base = 0;
  #acked = 0;
  #sent = 0;
  #end = 0;

  constructor(limits: OutputLimits) {
    if (limits.windowBytes < OUTPUT_FRAME_BYTES || limits.ringBytes < limits.windowBytes + OUTPUT_FRAME_BYTES) {
      throw new Error("invariant: a window holds a frame, and the ring holds both");
    }
    this.#limits = limits;
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

  /** Whether a whole window waits for the viewer: time to stop reading the terminal. */
  get isFull(): boolean {
    return this.#end - this.#acked >= this.#limits.windowBytes;
  }

  /** Takes over one frame's worth of output; its first `FRAME_HEADER_BYTES` bytes are room for the header. */
  append(frame: Uint8Array): void {
    const byteCount = frame.length - FRAME_HEADER_BYTES;
    if (byteCount < 0 || byteCount > OUTPUT_FRAME_BYTES) throw new Error("invariant: a chunk is at most one frame");
    if (byteCount === 0) return;
    if (this.#end + byteCount - this.#acked > this.#limits.ringBytes) {
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
    if (!chunk || chunk.end - this.#acked > this.#limits.windowBytes) return undefined;
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
   * Starts over for a viewer that has everything before `have`, and returns where output goes on: later than `have`
   * when those bytes are no longer kept. Returns undefined for a viewer that claims bytes that do not exist.
   */
  rewind(have: number): number | undefined {
    if (have > this.#end) return undefined;
    const start = Math.max(have, this.#base);
    this.#acked = start;
    this.#sent = start;
    this.#forget();
    const next = this.#chunks.findIndex(({ end }) => end > start);
    this.#next = next < 0 ? this.#chunks.length : next;
    return start;
  }

  /** Lets go of what nobody can ask for any more: acknowledged bytes give way, others never. */
  #forget(): void {
    const { retainBytes, ringBytes } = this.#limits;
    // One frame stays free: it may be on its way from the terminal while a rewind fills the ring to the brim.
    const oldest = Math.max(this.#acked - retainBytes, this.#end - (ringBytes - OUTPUT_FRAME_BYTES));
    this.#base = Math.max(this.#base, Math.min(this.#acked, oldest));
    let gone = 0;
    while ((this.#chunks[gone]?.end ?? Number.POSITIVE_INFINITY) <= this.#base) gone += 1;
    if (gone === 0) return;
    this.#chunks.splice(0, gone);
    this.#next = Math.max(0, this.#next - gone);
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
