/**
 * Typed bytes of one session by offset: each reaches the terminal once, in order, however often it is sent.
 * A hole means that something was lost on the way, which the sender must hear about.
 */
export class TypedInput {
  #next = 0;

  /** Everything before this has been taken. */
  get next(): number {
    return this.#next;
  }

  /** Returns the bytes that are new, possibly none, or undefined when bytes before them are missing. */
  take(offset: number, bytes: Uint8Array): Uint8Array | undefined {
    if (offset > this.#next) return undefined;
    const fresh = bytes.subarray(Math.min(this.#next - offset, bytes.length));
    this.#next += fresh.length;
    return fresh;
  }
}
