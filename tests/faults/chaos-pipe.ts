/**
 * One direction of a proxied connection: takes bytes from one socket and gives them to the other, late, slowly, in
 * pieces, or not yet. Invariant: what it gives is always a prefix of what it took, in the same order.
 */
import type { Socket } from "node:net";

export interface Conditions {
  latencyMs: number;
  /** Added to the latency, evenly from minus to plus this. Order is kept: a byte waits for those before it. */
  jitterMs: number;
  bytesPerSecond: number;
  /** Chance that a piece that arrives holds everything up for `stallMs`. */
  stallProbability: number;
  stallMs: number;
  /** Pieces of 1 to this many bytes are written; 1 makes every byte a write of its own. */
  maxChunkBytes: number;
  /** Bytes under way; beyond it the sender is no longer read, as with a full socket buffer. */
  bufferBytes: number;
}

export const CLEAN: Conditions = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  stallProbability: 0,
  stallMs: 0,
  maxChunkBytes: Number.POSITIVE_INFINITY,
  bufferBytes: 256 * 1024,
};

/** How far a limited rate may run behind before it forgives: timers are no finer, and a burst stays small. */
const BURST_MS = 20;
/** Writes in a row before others get their turn: one byte per write would keep the process for itself. */
const WRITES_PER_TURN = 64;

type Item = { dueAtMs: number } & ({ bytes: Buffer } | { ends: "fin" | "rst" });

export class ChaosPipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #random: () => number;
  readonly #queue: Item[] = [];
  #conditions: Conditions;
  #queuedBytes = 0;
  #lastDueAtMs = 0;
  #freeAtMs = 0;
  #frozen = false;
  #isOver = false;
  #waitsForDrain = false;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #cutAfter: { bytes: number; act: () => void } | undefined;
  /** Bytes given on. */
  delivered = 0;

  constructor(from: Socket, to: Socket, conditions: Conditions, random: () => number) {
    this.#from = from;
    this.#to = to;
    this.#conditions = conditions;
    this.#random = random;
    from.on("data", (bytes) => this.#take(bytes));
    from.once("end", () => this.#push({ dueAtMs: this.#dueAtMs(), ends: "fin" }));
    from.once("close", (hadError) => hadError && this.#push({ dueAtMs: this.#dueAtMs(), ends: "rst" }));
    to.on("drain", () => {
      this.#waitsForDrain = false;
      this.#pump();
    });
  }

  set(conditions: Conditions): void {
    this.#conditions = conditions;
    this.#readMore();
    this.#pump();
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    this.#pump();
  }

  /** Acts as soon as exactly this many more bytes were given on. */
  cutAfter(bytes: number, act: () => void): void {
    this.#cutAfter = { bytes: this.delivered + bytes, act };
    this.#pump();
  }

  /** Gives nothing on any more, ever. `deaf` stops reading too, so that the sender's bytes stay with the sender. */
  end(how: "deaf" | "swallow"): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#queue.length = 0;
    if (how === "deaf") this.#from.pause();
    else this.#from.resume();
  }

  #take(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#queuedBytes += bytes.length;
    this.#push({ dueAtMs: this.#dueAtMs(), bytes });
    if (this.#queuedBytes > this.#conditions.bufferBytes) this.#from.pause();
  }

  #push(item: Item): void {
    if (this.#isOver) return;
    this.#queue.push(item);
    this.#pump();
  }

  #dueAtMs(): number {
    const { latencyMs, jitterMs, stallProbability, stallMs } = this.#conditions;
    const jitter = jitterMs * (2 * this.#random() - 1);
    const stall = this.#random() < stallProbability ? stallMs : 0;
    const dueAtMs = performance.now() + Math.max(0, latencyMs + jitter) + stall;
    this.#lastDueAtMs = Math.max(this.#lastDueAtMs, dueAtMs);
    return this.#lastDueAtMs;
  }

  #pump(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    for (let writes = 0; writes < WRITES_PER_TURN; writes++) {
      if (this.#isOver || this.#cutIfDue()) return;
      const [item] = this.#queue;
      if (!item || this.#frozen || this.#waitsForDrain) return;
      const waitMs = Math.max(item.dueAtMs, this.#freeAtMs) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(waitMs));
        return;
      }
      if ("ends" in item) return this.#endWith(item.ends);
      this.#give(item);
    }
    this.#turn = setImmediate(() => this.#pump());
  }

  #give(item: { bytes: Buffer }): void {
    const { maxChunkBytes, bytesPerSecond } = this.#conditions;
    const most = Number.isFinite(maxChunkBytes) ? 1 + Math.floor(this.#random() * maxChunkBytes) : item.bytes.length;
    // A slow line sends small pieces, not a large one rarely.
    const paced = Math.max(1, Math.ceil((bytesPerSecond * BURST_MS) / 1000));
    const untilCut = this.#cutAfter ? this.#cutAfter.bytes - this.delivered : Number.POSITIVE_INFINITY;
    const bytes = item.bytes.subarray(0, Math.min(most, paced, untilCut));
    item.bytes = item.bytes.subarray(bytes.length);
    if (item.bytes.length === 0) this.#queue.shift();
    this.#queuedBytes -= bytes.length;
    this.delivered += bytes.length;
    this.#freeAtMs = Math.max(this.#freeAtMs, performance.now() - BURST_MS) + (bytes.length / bytesPerSecond) * 1000;
    this.#waitsForDrain = !this.#to.write(bytes);
    this.#readMore();
  }

  #readMore(): void {
    if (!this.#isOver && this.#queuedBytes <= this.#conditions.bufferBytes) this.#from.resume();
  }

  #cutIfDue(): boolean {
    if (!this.#cutAfter || this.delivered < this.#cutAfter.bytes) return false;
    const { act } = this.#cutAfter;
    this.#cutAfter = undefined;
    act();
    return true;
  }

  #endWith(how: "fin" | "rst"): void {
    this.#isOver = true;
    if (how === "fin") this.#to.end();
    else this.#to.resetAndDestroy();
  }
}
