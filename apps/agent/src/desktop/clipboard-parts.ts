/** Text of a clipboard, in parts that fit a message, and whole again. */
import { CLIPBOARD_BYTES, CLIPBOARD_PART_CHARS, type DesktopOutput } from "@sallyport/protocol";

export type ClipboardPart = Extract<DesktopOutput, { type: "clipboard" }>;

export const isTooLarge = (text: string): boolean => Buffer.byteLength(text) > CLIPBOARD_BYTES;

export function splitClipboard(id: number, text: string): ClipboardPart[] {
  const parts: ClipboardPart[] = [];
  for (let from = 0; from === 0 || from < text.length; ) {
    let to = Math.min(text.length, from + CLIPBOARD_PART_CHARS);
    // The two halves of one character stay together.
    if (to < text.length && /[\uD800-\uDBFF]/.test(text[to - 1] ?? "")) to -= 1;
    parts.push({ type: "clipboard", id, part: parts.length, last: to === text.length, text: text.slice(from, to) });
    from = to;
    if (text.length === 0) break;
  }
  return parts;
}

export type Assembled = { kind: "part" } | { kind: "whole"; text: string } | { kind: "too large" };

/** Joins what a viewer copied. A copy whose parts are not all there, in their order, is none; holds at most one copy. */
export class ClipboardParts {
  #id: number | undefined;
  #parts: string[] = [];
  #bytes = 0;

  add({ id, part, last, text }: Omit<ClipboardPart, "type">): Assembled {
    if (part === 0) {
      this.#id = id;
      this.#parts = [];
      this.#bytes = 0;
    }
    if (this.#id !== id || part !== this.#parts.length) return { kind: "part" };
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > CLIPBOARD_BYTES) {
      this.#drop();
      return { kind: "too large" };
    }
    this.#parts.push(text);
    if (!last) return { kind: "part" };
    const whole = this.#parts.join("");
    this.#drop();
    return { kind: "whole", text: whole };
  }

  #drop(): void {
    this.#id = undefined;
    this.#parts = [];
  }
}
