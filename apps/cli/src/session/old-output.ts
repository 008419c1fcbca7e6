/**
 * Takes out of output what asks the terminal something. Output that is shown again was answered long ago, or its program
 * is gone: an answer now would be typed into whatever runs.
 */
const ESC = "\x1b";
/** Device attributes and status, modes, size, keyboard and version: everything that a terminal answers to. */
const QUESTION = /^\[([>=]?\d*c|\??\d*n|\??[\d;]*\$p|[\d;]*x|(1[134-9]|2[01])(;\d*)?t|\?u|>\d*q)$/;
const ANSWERED_STRING = /^(\](\d+;)+(.*;)?\?|P[$+]q|P=?\d*;?\d*\$q|_G.*a=q)/s;
const STRING_KINDS = "]P^_X";
/** An endless string is none that we know. */
const LONGEST_CHARS = 64 * 1024;

export class OldOutput {
  #remaining: number;
  #sequence = "";

  /** `byteCount`: how much of what comes is old. */
  constructor(byteCount: number) {
    this.#remaining = byteCount;
  }

  get isOver(): boolean {
    return this.#remaining <= 0 && this.#sequence === "";
  }

  /** Returns what may be shown. Bytes of a sequence that is not complete are held back until it is. */
  filter(bytes: Uint8Array): Uint8Array {
    const old = Math.max(0, Math.min(bytes.length, this.#remaining));
    this.#remaining -= bytes.length;
    // A character is a byte here: what is not a question passes as it came.
    const text = Buffer.from(bytes.subarray(0, old)).toString("latin1");
    let shown = "";
    for (const char of text) shown += this.#next(char);
    if (this.#remaining <= 0) {
      shown += this.#sequence;
      this.#sequence = "";
    }
    return Buffer.concat([Buffer.from(shown, "latin1"), bytes.subarray(old)]);
  }

  #next(char: string): string {
    if (this.#sequence === "") {
      if (char === "\x05") return "";
      if (char !== ESC) return char;
      this.#sequence = char;
      return "";
    }
    this.#sequence += char;
    const body = this.#sequence.slice(1);
    if (body.length < LONGEST_CHARS && goesOn(body)) return "";
    const whole = this.#sequence;
    this.#sequence = "";
    return QUESTION.test(body) || ANSWERED_STRING.test(body) || body === "Z" ? "" : whole;
  }
}

function goesOn(body: string): boolean {
  if (STRING_KINDS.includes(body[0] ?? "")) return !body.endsWith("\x07") && !body.endsWith(`${ESC}\\`);
  return /^\[[ -?]*$/.test(body) || /^[ -/]+$/.test(body);
}
