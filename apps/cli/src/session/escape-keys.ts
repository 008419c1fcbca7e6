/** What a key press of the person at the terminal means. */
export type KeyAction =
  | { do: "type"; bytes: Uint8Array }
  | { do: "detach" | "retry" | "help" }
  /** The person wants to end the session, and is asked first. */
  | { do: "ask" }
  | { do: "kill" | "keep" };

const ESCAPE = 0x1d;
const COMMANDS: Readonly<Record<string, "detach" | "retry" | "help" | "ask">> = {
  d: "detach",
  r: "retry",
  "?": "help",
  k: "ask",
};

/**
 * Finds the keys that are for us: `Ctrl-]` and one more. Any other key after it goes to the program together with the
 * `Ctrl-]`, as both are keys of editors; `Ctrl-]` twice types one.
 *
 * Invariant: what is typed is what was pressed, in order, without our keys; only a lone `Ctrl-]` waits for what follows.
 */
export class EscapeKeys {
  #state: "typing" | "escaped" | "asked" = "typing";

  feed(bytes: Uint8Array): KeyAction[] {
    const actions: KeyAction[] = [];
    let from = 0;
    const typeUntil = (end: number) => {
      if (end > from) actions.push({ do: "type", bytes: bytes.subarray(from, end) });
    };
    for (let at = 0; at < bytes.length; at += 1) {
      if (this.#state === "typing") {
        if (bytes[at] !== ESCAPE) continue;
        typeUntil(at);
        this.#state = "escaped";
      } else {
        actions.push(...(this.#state === "asked" ? this.#answer(bytes[at] ?? 0) : this.#command(bytes[at] ?? 0)));
      }
      from = at + 1;
    }
    typeUntil(bytes.length);
    return actions;
  }

  #answer(byte: number): KeyAction[] {
    this.#state = "typing";
    return [{ do: /[yY]/.test(String.fromCharCode(byte)) ? "kill" : "keep" }];
  }

  #command(byte: number): KeyAction[] {
    const command = COMMANDS[String.fromCharCode(byte)];
    this.#state = command === "ask" ? "asked" : "typing";
    if (command) return [{ do: command }];
    return [{ do: "type", bytes: byte === ESCAPE ? Uint8Array.of(ESCAPE) : Uint8Array.of(ESCAPE, byte) }];
  }
}

/** For input that is not a terminal, or a person who needs every key: nothing is ours. */
export const noEscapeKeys = {
  feed: (bytes: Uint8Array): KeyAction[] => [{ do: "type", bytes }],
};
