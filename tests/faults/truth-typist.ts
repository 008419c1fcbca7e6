/** Makes the lines that a truth shell is typed, and knows the CRC of all of them. One per session, whoever types. */
import { crc32 } from "node:zlib";
import { crcText } from "./crc-text.ts";

export class TruthTypist {
  #crc = 0;
  readonly #answers: string[] = [];

  /** Numbered input lines so far. */
  get lines(): number {
    return this.#answers.length;
  }

  /** The CRC of everything typed, as in the shell's farewell. */
  get crc(): string {
    return crcText(this.#crc);
  }

  /** The next input line, with so many bytes of filler. It must be typed exactly once, in this order. */
  line(fillerBytes = 0): string {
    const number = this.#answers.length + 1;
    const filler = fillerBytes > 0 ? `:${"x".repeat(fillerBytes)}` : "";
    const text = this.#typed(`>${number}:${crcText(this.#crc)}${filler}\r`);
    this.#answers.push(`<${number}:${crcText(this.#crc)}`);
    return text;
  }

  /** `stop`: no more output until `go`. `quit`: a farewell, and exit status 7. */
  command(command: "stop" | "go" | "quit"): string {
    return this.#typed(`!${command}\r`);
  }

  /** The answer the shell must give to the n-th line, from 1; undefined when that was never typed. */
  answer(number: number): string | undefined {
    return this.#answers[number - 1];
  }

  #typed(text: string): string {
    this.#crc = crc32(text, this.#crc);
    return text;
  }
}
