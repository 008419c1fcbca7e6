/** What is kept of one stream for a result that is printed as a whole. */
const LIMIT_BYTES = 4 * 1024 * 1024;

/** The beginning of what a command writes, as text. */
export class CollectedOutput {
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  isTruncated = false;

  feed(bytes: Uint8Array): void {
    const kept = Buffer.from(bytes.subarray(0, LIMIT_BYTES - this.#keptBytes));
    if (kept.length < bytes.length) this.isTruncated = true;
    this.#keptBytes += kept.length;
    if (kept.length > 0) this.#kept.push(kept);
  }

  text(): string {
    return Buffer.concat(this.#kept).toString();
  }
}
