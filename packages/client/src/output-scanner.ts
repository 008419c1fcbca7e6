/** What a piece of terminal output means to somebody who waits for an echo. */
export type OutputToken =
  | { kind: "print"; char: string }
  /** Moves the cursor one to the left. */
  | { kind: "back" }
  /** Takes away what is right of the cursor: erase in line, delete or erase a character. */
  | { kind: "erase" }
  /** The whole screen gives way to another, or comes back. */
  | { kind: "switch" }
  /** Anything else that changes what is on the screen or where the cursor is. */
  | { kind: "other" };

const ALTERNATE_SCREEN = /^\?(47|1047|1049)[hl]$/;
/** Colours, modes, titles and bells: nothing that an echo could not come with. */
const HARMLESS_SEQUENCE = /^[\d;:]*m$|^\?[\d;]*[hl]$|^[>=<][\d;]*[a-z]$/;
const ERASE_SEQUENCE = /^[01]?[KPX]$/;

/** Reads terminal output in pieces of any size. It knows just enough of escape sequences to tell text from the rest. */
export class OutputScanner {
  readonly #decoder = new TextDecoder();
  #state: "text" | "escape" | "charset" | "sequence" | "string" | "string-escape" = "text";
  #sequence = "";

  *scan(bytes: Uint8Array): Generator<OutputToken> {
    for (const char of this.#decoder.decode(bytes, { stream: true })) {
      const token = this.#next(char);
      if (token) yield token;
    }
  }

  #next(char: string): OutputToken | undefined {
    switch (this.#state) {
      case "text":
        return this.#text(char);
      case "escape":
        return this.#escape(char);
      case "charset":
        this.#state = "text";
        return undefined;
      case "sequence":
        return this.#inSequence(char);
      case "string":
        if (char === "\x07") this.#state = "text";
        else if (char === "\x1b") this.#state = "string-escape";
        return undefined;
      case "string-escape":
        this.#state = char === "\\" ? "text" : "string";
        return undefined;
      default:
        return this.#state satisfies never;
    }
  }

  #text(char: string): OutputToken | undefined {
    if (char === "\x1b") {
      this.#state = "escape";
      return undefined;
    }
    if (char === "\b") return { kind: "back" };
    if (char === "\x07" || char === "\0") return undefined;
    return char < " " || char === "\x7f" ? { kind: "other" } : { kind: "print", char };
  }

  #escape(char: string): OutputToken | undefined {
    this.#sequence = "";
    if (char === "[") this.#state = "sequence";
    else if ("]P^_X".includes(char)) this.#state = "string";
    else if ("()*+".includes(char)) this.#state = "charset";
    else {
      this.#state = "text";
      return "=>".includes(char) ? undefined : { kind: "other" };
    }
    return undefined;
  }

  #inSequence(char: string): OutputToken | undefined {
    this.#sequence += char;
    if (char >= " " && char <= "?" && this.#sequence.length < 64) return undefined;
    this.#state = "text";
    if (ALTERNATE_SCREEN.test(this.#sequence)) return { kind: "switch" };
    if (ERASE_SEQUENCE.test(this.#sequence)) return { kind: "erase" };
    return HARMLESS_SEQUENCE.test(this.#sequence) ? undefined : { kind: "other" };
  }
}
