/**
 * The script that runs commands one after the other in one shell, and says after each that it has ended. What a line
 * sets (variables, the folder) is there for the next one, and a line cannot read what comes after it.
 *
 * A signal reaches the commands, not this shell: it ignores it by a trap, which its children do not inherit.
 */
export const lineScript = (nonce: string): string =>
  [
    "trap : INT TERM HUP",
    // The markers' own ways out: a line may send the shell's output elsewhere, as `exec >file` does.
    "exec 3>&1 4>&2",
    "while IFS= read -r line",
    'do command eval "$line" </dev/null 3>&- 4>&-; status=$?',
    `printf '\\000${nonce} %d\\000' "$status" >&3; printf '\\000${nonce} %d\\000' "$status" >&4`,
    "done",
  ].join("\n");

const NUL = "\0";
const STATUS_CHARS = 16;

/** Takes what `lineScript` says of a command's end out of one of its streams. */
export class EndMarkers {
  readonly #start: Buffer;
  #held = Buffer.alloc(0);

  constructor(nonce: string) {
    this.#start = Buffer.from(`${NUL}${nonce} `);
  }

  /** Tells what is the command's own, and the status of each command that has ended. */
  feed(bytes: Uint8Array, tell: { output(bytes: Uint8Array): void; ended(status: number): void }): void {
    let rest = Buffer.concat([this.#held, bytes]);
    for (let at = rest.indexOf(this.#start); at >= 0; at = rest.indexOf(this.#start)) {
      const from = at + this.#start.length;
      const end = rest.indexOf(NUL, from);
      if (end < 0 && rest.length - from < STATUS_CHARS) break;
      if (at > 0) tell.output(rest.subarray(0, at));
      tell.ended(Number(rest.subarray(from, end).toString()));
      rest = rest.subarray(end + 1);
    }
    const held = this.#heldFrom(rest);
    if (held > 0) tell.output(rest.subarray(0, held));
    this.#held = Buffer.from(rest.subarray(held));
  }

  /** Where what may be the beginning of a marker starts. */
  #heldFrom(bytes: Buffer): number {
    const whole = bytes.indexOf(this.#start);
    if (whole >= 0) return whole;
    for (let from = Math.max(0, bytes.length - this.#start.length + 1); from < bytes.length; from += 1) {
      if (this.#start.subarray(0, bytes.length - from).equals(bytes.subarray(from))) return from;
    }
    return bytes.length;
  }
}
