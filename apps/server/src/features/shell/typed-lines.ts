import { EXEC_COMMAND_CHARS, ExecInput, RecordReader } from "@sallyport/protocol";

/** Reads the lines out of what is typed to a shell without a terminal, which comes as records. */
export class TypedLines {
  readonly #records = new RecordReader(ExecInput);
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** The lines that are whole now; a longer one than any command may be comes in pieces. Undefined: this is no stream of records. */
  read(bytes: Uint8Array): string[] | undefined {
    let text = this.#rest;
    const areRecords = this.#records.read(bytes, (kind, piece) => {
      if (kind === ExecInput.stdin) text += this.#decoder.decode(piece, { stream: true });
      // A last line without an end is run, too.
      if (kind === ExecInput.end && text !== "") text += "\n";
    });
    if (!areRecords) return undefined;
    const lines = text.split("\n");
    this.#rest = lines.pop() ?? "";
    while (this.#rest.length > EXEC_COMMAND_CHARS) {
      lines.push(this.#rest.slice(0, EXEC_COMMAND_CHARS));
      this.#rest = this.#rest.slice(EXEC_COMMAND_CHARS);
    }
    return lines.filter((line) => line.trim() !== "");
  }
}
