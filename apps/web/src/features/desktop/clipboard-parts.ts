/** Copied text on its way: cut into parts, put together again. */
import { CLIPBOARD_BYTES, CLIPBOARD_PART_CHARS, type DesktopInput, type DesktopOutput } from "@sallyport/protocol";

type ClipboardPart = Extract<DesktopInput, { type: "clipboard" }>;

export const textBytes = (text: string): number => new TextEncoder().encode(text).length;

/** The messages that carry one copy. No part cuts a character in half. */
export function clipboardParts(id: number, text: string): ClipboardPart[] {
  const texts: string[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + CLIPBOARD_PART_CHARS);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    texts.push(text.slice(at, end));
    at = end;
  }
  if (texts.length === 0) texts.push("");
  return texts.map((part, number) => ({
    type: "clipboard",
    id,
    part: number,
    last: number === texts.length - 1,
    text: part,
  }));
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** Puts parts together. What comes out of order, or is larger than anybody may send, is let go. */
export class ClipboardJoiner {
  #id: number | undefined;
  #next = 0;
  #chars = 0;
  #texts: string[] = [];

  /** The whole text, when its last part has come. */
  take({ id, part, last, text }: Extract<DesktopOutput, { type: "clipboard" }>): string | undefined {
    if (part === 0) this.#begin(id);
    if (id !== this.#id || part !== this.#next) {
      this.#id = undefined;
      return undefined;
    }
    this.#next += 1;
    this.#chars += text.length;
    if (this.#chars > CLIPBOARD_BYTES) {
      this.#id = undefined;
      this.#texts = [];
      return undefined;
    }
    this.#texts.push(text);
    if (!last) return undefined;
    const whole = this.#texts.join("");
    this.#begin(undefined);
    return whole;
  }

  #begin(id: number | undefined): void {
    this.#id = id;
    this.#next = 0;
    this.#chars = 0;
    this.#texts = [];
  }
}
