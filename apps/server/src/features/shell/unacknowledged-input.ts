/** Typed bytes on their way to the host: sent, and not yet known to be in the terminal. */
export class UnacknowledgedInput {
  #chunks: { offset: number; bytes: Buffer }[] = [];
  #acknowledged = 0;
  #next = 0;

  /** Offset of the byte that is typed next. */
  get next(): number {
    return this.#next;
  }
  get bytes(): number {
    return this.#next - this.#acknowledged;
  }

  /** The first attachment: nothing is under way. Returns whether that is true. */
  startAt(offset: number): boolean {
    if (this.#chunks.length > 0) return false;
    this.#acknowledged = offset;
    this.#next = offset;
    return true;
  }

  /** A later attachment. Returns false when the host cannot mean this session: bytes are gone that it had confirmed, or it has some that were never sent. */
  resumeAt(offset: number): boolean {
    if (offset < this.#acknowledged || offset > this.#next) return false;
    this.acknowledge(offset);
    return true;
  }

  /** Adds bytes, and returns the offset of the first. */
  push(bytes: Buffer): number {
    const offset = this.#next;
    this.#chunks.push({ offset, bytes });
    this.#next += bytes.length;
    return offset;
  }

  /** The host has everything before `offset`. Returns whether that is news. */
  acknowledge(offset: number): boolean {
    if (offset <= this.#acknowledged || offset > this.#next) return false;
    this.#acknowledged = offset;
    let taken = 0;
    for (const { offset: from, bytes } of this.#chunks) {
      if (from + bytes.length > offset) break;
      taken += 1;
    }
    if (taken > 0) this.#chunks.splice(0, taken);
    const [first] = this.#chunks;
    if (first && first.offset < offset) {
      this.#chunks[0] = { offset, bytes: first.bytes.subarray(offset - first.offset) };
    }
    return true;
  }

  unacknowledged(): readonly { offset: number; bytes: Buffer }[] {
    return this.#chunks;
  }
}
