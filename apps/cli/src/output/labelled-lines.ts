/** A line that is longer is shown in pieces, each with its label. */
const LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Puts a label before every line of one node, and gives whole lines on, so that those of several do not mix. */
export class LabelledLines {
  readonly #label: Buffer;
  readonly #write: (bytes: Uint8Array, written: () => void) => void;
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(label: string, write: (bytes: Uint8Array, written: () => void) => void) {
    this.#label = Buffer.from(label);
    this.#write = write;
  }

  feed(bytes: Uint8Array, taken = () => {}): void {
    const whole: Uint8Array[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      whole.push(this.#label, ...this.#rest.splice(0), bytes.subarray(from, end + 1));
      this.#restBytes = 0;
      from = end + 1;
    }
    if (from < bytes.length) {
      this.#rest.push(Buffer.from(bytes.subarray(from)));
      this.#restBytes += bytes.length - from;
    }
    if (this.#restBytes > LINE_BYTES) whole.push(...this.#takeRest());
    if (whole.length > 0) this.#write(Buffer.concat(whole), taken);
    else taken();
  }

  /** The last line may have no end of its own. */
  end(): void {
    if (this.#rest.length > 0) this.#write(Buffer.concat(this.#takeRest()), () => {});
  }

  #takeRest(): Uint8Array[] {
    this.#restBytes = 0;
    return [this.#label, ...this.#rest.splice(0), Buffer.from("\n")];
  }
}
