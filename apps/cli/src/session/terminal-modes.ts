const ESC = 0x1b;
/** Parameters and final character of a control sequence that is not done yet, at most. */
const SEQUENCE_CHARS = 64;
/** What each mode is when nobody has touched it: `h` for set. Modes that are not here are left as they are. */
const DEFAULTS = new Map<number, "h" | "l">([
  ...([1, 5, 6, 9, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026] as const).map(
    (mode) => [mode, "l"] as const,
  ),
  [7, "h"],
  [25, "h"],
]);
const ALTERNATE_SCREENS: readonly number[] = [47, 1047, 1049];

/**
 * Remembers in which modes programs have left a terminal, to put it back for the shell that we return to: a terminal
 * that goes on reporting the mouse, or shows no cursor, is of no use.
 *
 * It looks at nothing between two escape characters, so a flood of output costs next to nothing.
 */
export class TerminalModes {
  readonly #changed = new Set<number>();
  #screen: number | undefined;
  /** The sequence that set the scrolling region, without its escape character. */
  #region = "";
  #hasInsert = false;
  #hasCursorStyle = false;
  #hasOtherKeys = false;
  /** Entries on the stack of keyboard protocols (kitty's). */
  #keyboards = 0;
  #sequence: string | undefined;

  feed(bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = this.#sequence === undefined ? 0 : this.#read(buffer, 0);
    for (at = buffer.indexOf(ESC, at); at >= 0; at = buffer.indexOf(ESC, at)) {
      this.#sequence = "";
      at = this.#read(buffer, at + 1);
    }
  }

  /**
   * Bytes for an empty first screen to draw on, whatever the modes are. What they change, `redo` and the drawing bring
   * back. `before`: sent to the first screen before it is emptied.
   */
  blank(before: string): string {
    const leave = this.#screen === undefined ? "" : `\x1b[?${this.#screen}l`;
    return `${leave}\x1b[r\x1b[?6l\x1b[?7h\x1b[4l\x1b[0m\x1b(B\x0f${before}\x1b[H\x1b[J`;
  }

  /** Bytes for what a drawing cannot bring back. They may send the cursor home. */
  redo(): string {
    return this.#region && `\x1b${this.#region}`;
  }

  /** Bytes that undo what programs have changed. They move the cursor only where a program moved it to another screen. */
  restore(): string {
    const parts = ["\x1b[0m\x1b(B\x0f\x1b>"];
    for (const mode of this.#changed) parts.push(`\x1b[?${mode}${DEFAULTS.get(mode)}`);
    if (this.#hasInsert) parts.push("\x1b[4l");
    if (this.#hasCursorStyle) parts.push("\x1b[0 q");
    if (this.#hasOtherKeys) parts.push("\x1b[>4m");
    if (this.#keyboards > 0) parts.push(`\x1b[<${this.#keyboards}u`);
    // Setting the scrolling region sends the cursor home.
    if (this.#region) parts.push("\x1b7\x1b[r\x1b8");
    if (this.#screen !== undefined) parts.push(`\x1b[?${this.#screen}l`);
    return parts.join("");
  }

  /** Terminals forget the region when they change their size, and programs set it anew. */
  resized(): void {
    this.#region = "";
  }

  /** They were undone. */
  clear(): void {
    this.#changed.clear();
    this.#screen = undefined;
    this.#region = "";
    this.#hasInsert = this.#hasCursorStyle = this.#hasOtherKeys = false;
    this.#keyboards = 0;
    this.#sequence = undefined;
  }

  #read(buffer: Buffer, from: number): number {
    for (let at = from; at < buffer.length; at += 1) {
      const byte = buffer[at] ?? 0;
      if (byte === ESC) return at;
      const sequence = `${this.#sequence}${String.fromCharCode(byte)}`;
      this.#sequence = sequence;
      const goesOn = sequence === "[" || (sequence.length < SEQUENCE_CHARS && /^\[[ -?]*$/.test(sequence));
      if (goesOn) continue;
      this.#apply(sequence);
      this.#sequence = undefined;
      return at + 1;
    }
    return buffer.length;
  }

  #apply(sequence: string): void {
    if (sequence === "c") return this.clear();
    const [, modes, final] = /^\[\?([\d;]+)([hl])$/.exec(sequence) ?? [];
    if (modes) for (const mode of modes.split(";")) this.#set(Number(mode), final === "h" ? "h" : "l");
    else if (/^\[4[hl]$/.test(sequence)) this.#hasInsert = sequence.endsWith("h");
    else if (/^\[\d* q$/.test(sequence)) this.#hasCursorStyle = true;
    else if (/^\[[\d;]*r$/.test(sequence)) this.#region = sequence === "[r" ? "" : sequence;
    else if (/^\[>4(;\d*)?m$/.test(sequence)) this.#hasOtherKeys = true;
    else if (/^\[>\d*u$/.test(sequence)) this.#keyboards += 1;
    else if (/^\[<\d*u$/.test(sequence)) this.#keyboards -= Math.max(1, Number(sequence.slice(2, -1)));
    this.#keyboards = Math.max(0, this.#keyboards);
  }

  #set(mode: number, to: "h" | "l"): void {
    if (ALTERNATE_SCREENS.includes(mode)) this.#screen = to === "h" ? mode : undefined;
    else if (DEFAULTS.get(mode) === to) this.#changed.delete(mode);
    else if (DEFAULTS.has(mode)) this.#changed.add(mode);
  }
}
