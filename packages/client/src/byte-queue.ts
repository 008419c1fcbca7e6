const SMALL_BYTES = 1_024;

/** Bytes that come in at one end and leave at the other. Views that `peek` gave are good until the queue changes. */
export class ByteQueue {
  #bytes = new Uint8Array(SMALL_BYTES);
  #head = 0;
  #tail = 0;

  get length(): number {
    return this.#tail - this.#head;
  }

  push(bytes: Uint8Array): void {
    if (this.#tail + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#tail);
    this.#tail += bytes.length;
  }

  /** A view of what is between these two positions, counted from the oldest byte. */
  peek(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(this.#head + from, Math.min(this.#head + to, this.#tail));
  }

  drop(byteCount: number): void {
    this.#head += Math.min(byteCount, this.length);
    if (this.length === 0) this.clear();
  }

  clear(): void {
    this.#head = 0;
    this.#tail = 0;
    // A paste is rare and large; its room is given back.
    if (this.#bytes.length > 64 * SMALL_BYTES) this.#bytes = new Uint8Array(SMALL_BYTES);
  }

  #makeRoom(byteCount: number): void {
    const needed = this.length + byteCount;
    const roomy = new Uint8Array(Math.max(SMALL_BYTES, needed * 2));
    roomy.set(this.peek(0, this.length));
    this.#tail = this.length;
    this.#head = 0;
    this.#bytes = roomy;
  }
}
