/**
 * Remembers which DEC private modes (`CSI ? Pm h` and `l`) a stream of output has set: the alternate screen, a hidden
 * cursor, mouse reporting. A program sets them once and long ago, so a screen that is drawn from the last few megabytes
 * needs to know them.
 *
 * It sees every byte that is forgotten in a flood, so it looks at nothing between two escape characters.
 */

const ESC = 0x1b;
const CANCEL = 0x18;
const SUBSTITUTE = 0x1a;
const BRACKET = 0x5b;
const QUESTION_MARK = 0x3f;
const SMALL_C = 0x63;
/** A sequence that is longer is none that we know. */
const SEQUENCE_CHARS = 64;

const ALTERNATE_SCREEN: ReadonlySet<number> = new Set([47, 1047, 1049]);
/**
 * Modes that are a lasting state of the terminal. Not among them: 3, which clears the screen; 1048, which moves the
 * cursor; 2026, which holds drawing back for a moment.
 */
const LASTING: ReadonlySet<number> = new Set([
  ...[1, 5, 6, 7, 9, 12, 25, 45, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 2004],
  ...ALTERNATE_SCREEN,
]);
/** What a soft reset (`CSI ! p`) puts back. */
const SOFT_RESET: readonly number[] = [1, 6, 7, 12, 25, 45, 66, 1004, 2004];

/** Whether a sequence that begins with these two bytes is none of ours: almost all are colours, and there are many. */
const isAnother = (first = 0, second = 0): boolean =>
  first === BRACKET ? second >= 0x30 && second !== QUESTION_MARK : first > 0x1f && first !== SMALL_C;

export class PrivateModes {
  /** In the order in which they were changed last: of the mouse modes, the latest counts. */
  readonly #modes = new Map<number, boolean>();
  /** What has come of a sequence after its escape character; undefined between sequences. */
  #sequence: string | undefined;

  /** What is known to be set or reset; undefined for a mode that was never touched. */
  get(mode: number): boolean | undefined {
    return this.#modes.get(mode);
  }

  copy(): PrivateModes {
    const copy = new PrivateModes();
    for (const [mode, isSet] of this.#modes) copy.#modes.set(mode, isSet);
    copy.#sequence = this.#sequence;
    return copy;
  }

  feed(bytes: Uint8Array): void {
    // A Buffer finds a byte ten times faster than a plain array does.
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = this.#sequence === undefined ? 0 : this.#read(buffer, 0);
    for (at = buffer.indexOf(ESC, at); at >= 0; at = buffer.indexOf(ESC, at)) {
      at += 1;
      if (isAnother(buffer[at], buffer[at + 1])) continue;
      this.#sequence = "";
      at = this.#read(buffer, at);
    }
  }

  /**
   * Bytes that bring a terminal which was reset into these modes. The alternate screen comes first, because some of the
   * others belong to the screen they are set on.
   */
  toBytes(only: (mode: number) => boolean = () => true): string {
    const changed = [...this.#modes].filter(([mode]) => only(mode));
    const screen = changed.filter(([mode, isSet]) => ALTERNATE_SCREEN.has(mode) && isSet);
    const others = changed.filter(([mode]) => !ALTERNATE_SCREEN.has(mode));
    return [...screen, ...others].map(([mode, isSet]) => `\x1b[?${mode}${isSet ? "h" : "l"}`).join("");
  }

  /** Reads on in a sequence; returns where the next one may begin. */
  #read(buffer: Buffer, from: number): number {
    for (let at = from; at < buffer.length; at += 1) {
      const byte = buffer[at] ?? 0;
      if (byte === ESC) return at;
      if (byte === CANCEL || byte === SUBSTITUTE) return this.#close(at);
      // Other control characters do their work in the middle of a sequence without ending it.
      if (byte < 0x20) continue;
      this.#sequence += String.fromCharCode(byte);
      if (!this.#mayGoOn()) return this.#close(at);
    }
    return buffer.length;
  }

  #close(at: number): number {
    this.#sequence = undefined;
    return at + 1;
  }

  /** Whether more of the sequence must come. Acts upon it when it is whole. */
  #mayGoOn(): boolean {
    const sequence = this.#sequence ?? "";
    if (/^(\[(\?[\d;]*|!)?)?$/.test(sequence)) return sequence.length < SEQUENCE_CHARS;
    if (sequence === "c") this.#modes.clear();
    if (sequence === "[!p") for (const mode of SOFT_RESET) this.#modes.delete(mode);
    const change = /^\[\?([\d;]+)([hl])$/.exec(sequence);
    if (change?.[1]) for (const mode of change[1].split(";")) this.#change(Number(mode), change[2] === "h");
    return false;
  }

  #change(mode: number, isSet: boolean): void {
    if (!LASTING.has(mode)) return;
    // There is one alternate screen; its three modes differ in what they save and clear.
    for (const same of ALTERNATE_SCREEN.has(mode) ? ALTERNATE_SCREEN : [mode]) this.#modes.delete(same);
    this.#modes.set(mode, isSet);
  }
}
