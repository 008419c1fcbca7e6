// The message types after which PostgreSQL answers. Everything before them may wait.
const ASKS_FOR_AN_ANSWER = new Set(Array.from("QSHFcf", (type) => type.charCodeAt(0)));
const TERMINATE = "X".charCodeAt(0);
const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;

/**
 * Cuts what a PostgreSQL client writes into batches that each end with a message the server answers (Query, Sync, Flush…).
 * PGlite handles one batch in one synchronous call, so half a message, or Parse and Bind without their Sync, must wait here.
 */
export class FrontendBatches {
  #waiting: Uint8Array = new Uint8Array(0);
  #isStarted = false;

  /** Takes the next bytes and returns the batches they complete. Each batch owns its memory, so it can be transferred. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer>[] {
    this.#waiting = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    const batches: Uint8Array<ArrayBuffer>[] = [];
    let batchStart = 0;
    let position = 0;
    for (;;) {
      const size = this.#messageSizeAt(position);
      if (size === undefined || position + size > this.#waiting.length) break;
      const type = this.#waiting[position];
      const isStartup = !this.#isStarted;
      position += size;
      if (!isStartup && type === TERMINATE) {
        // The end of the stream says the same, and PGlite would only ignore it.
        batchStart = position;
      } else if (isStartup || (type !== undefined && ASKS_FOR_AN_ANSWER.has(type))) {
        this.#isStarted = true;
        batches.push(new Uint8Array(this.#waiting.subarray(batchStart, position)));
        batchStart = position;
      }
    }
    // A copy, because pg reuses the memory it wrote from.
    this.#waiting = new Uint8Array(this.#waiting.subarray(batchStart));
    return batches;
  }

  /** Size of the message at `position`, or undefined until its length has arrived. The first one has no type byte. */
  #messageSizeAt(position: number): number | undefined {
    const typeBytes = this.#isStarted ? TYPE_BYTES : 0;
    if (position + typeBytes + LENGTH_BYTES > this.#waiting.length) return undefined;
    const { buffer, byteOffset } = this.#waiting;
    return typeBytes + new DataView(buffer, byteOffset + position + typeBytes).getUint32(0);
  }
}
