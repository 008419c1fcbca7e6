/**
 * Remembers the nonces of one machine's accepted messages, for as long as their timestamps would be accepted again.
 *
 * Invariants: a nonce whose timestamp is still acceptable is never forgotten (H7); at most `capacity` nonces are held,
 * and when they are all needed, new messages are refused rather than old ones forgotten; a message as old as anything
 * that was forgotten is refused, so that a clock which is set back revives nothing. No timer: old nonces go when new
 * ones come.
 */
import { NonceSet, nonceWords } from "./nonce-set.ts";

/**
 * Twenty sessions that type at the full 100 messages a second, for the 120 s in which a message may be repeated, are
 * 240,000 nonces. Half would refuse a busy machine; the whole table takes at most 11 MiB.
 */
const DEFAULT_NONCE_CAPACITY = 262_144;

/** Nonces are forgotten by the slice of time. More slices forget sooner, and make each look-up longer. */
const SLICES = 8;

export type ReplayVerdict = "fresh" | "used" | "forgotten" | "full";

interface Slice {
  nonces: NonceSet;
  newestMs: number;
}

export interface ReplayGuardOptions {
  /** How far a timestamp may be from now, either way. */
  toleranceMs: number;
  capacity?: number | undefined;
  /** Messages stamped at or before this are refused as forgotten; for a guard that takes over from another. */
  forgottenUntilMs?: number | undefined;
}

export class ReplayGuard {
  readonly #toleranceMs: number;
  readonly #sliceMs: number;
  readonly #capacity: number;
  readonly #slices = new Map<number, Slice>();
  #forgottenUntilMs: number;
  #size = 0;

  constructor({ toleranceMs, capacity, forgottenUntilMs }: ReplayGuardOptions) {
    this.#toleranceMs = toleranceMs;
    this.#sliceMs = Math.max(1, Math.ceil(toleranceMs / SLICES));
    this.#capacity = capacity ?? DEFAULT_NONCE_CAPACITY;
    this.#forgottenUntilMs = forgottenUntilMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Nonces held, those included that will be forgotten at the next message. */
  get size(): number {
    return this.#size;
  }

  /** The newest timestamp whose nonce is no longer known. */
  get forgottenUntilMs(): number {
    return this.#forgottenUntilMs;
  }

  /**
   * Takes note of a nonce, once. To be called only for messages that are genuine and whose timestamp is acceptable,
   * so that a stranger can neither burn nonces nor fill the store.
   *
   * @param nonce 32 hex characters
   */
  admit(nonce: string, timestampMs: number, nowMs: number): ReplayVerdict {
    this.forgetExpired(nowMs);
    const words = nonceWords(nonce);
    for (const { nonces } of this.#slices.values()) if (nonces.has(words)) return "used";
    if (timestampMs <= this.#forgottenUntilMs) return "forgotten";
    if (this.#size >= this.#capacity) return "full";
    const slice = this.#sliceAt(timestampMs);
    slice.nonces.add(words);
    slice.newestMs = Math.max(slice.newestMs, timestampMs);
    this.#size++;
    return "fresh";
  }

  /** Lets go of what can no longer be repeated. */
  forgetExpired(nowMs: number): void {
    const oldestAcceptableMs = nowMs - this.#toleranceMs;
    for (const [start, { nonces, newestMs }] of this.#slices) {
      if (newestMs >= oldestAcceptableMs) continue;
      this.#slices.delete(start);
      this.#size -= nonces.size;
      this.#forgottenUntilMs = Math.max(this.#forgottenUntilMs, newestMs);
    }
  }

  #sliceAt(timestampMs: number): Slice {
    const start = Math.floor(timestampMs / this.#sliceMs);
    let slice = this.#slices.get(start);
    if (!slice) {
      slice = { nonces: new NonceSet(), newestMs: timestampMs };
      this.#slices.set(start, slice);
    }
    return slice;
  }
}
