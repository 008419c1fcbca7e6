/** What was typed and waits for the connection, in words. */
import { plural } from "../../lib/texts.ts";

export interface PendingWords {
  /** Typed characters, as a person counts them. */
  count: number;
  /** What may be shown of them; empty when the program would not have shown them either. */
  shown: string;
}

/** Nobody reads on after that, and a paste may be long. */
const SHOWN_CHARS = 500;
const CONTROL = /^\p{Cc}$/u;
/** Directions, joiners and the like, which would change how the rest looks. */
const INVISIBLE = /^[\p{Cf}\p{Zl}\p{Zp}]$/u;

/**
 * `expected`: what the program is known to show next; empty where it does not echo, or nobody knows. It may leave out
 * some of what waits, which was shown already although nobody has acknowledged it. Only this is shown, because the rest
 * may be a password; and so may be everything that comes after the next Enter or control key.
 */
export function describePending(bytes: Uint8Array, expected: string): PendingWords {
  const chars = [...new TextDecoder().decode(bytes)];
  const controlAt = chars.findIndex((char) => CONTROL.test(char));
  const headCount = controlAt < 0 ? chars.length : controlAt;
  if (chars.length === 0 || (headCount > 0 && expected === "")) return { count: chars.length, shown: "" };
  const control = chars[headCount];
  // Keys such as arrows begin with an escape character, and their rest is no text.
  const isNamed = control !== undefined && control !== "\x1b";
  const head = [...expected].slice(0, SHOWN_CHARS).map((char) => (INVISIBLE.test(char) ? "·" : char));
  const shown = head.join("") + (isNamed ? caret(control) : "");
  const isAll = chars.length === headCount + (isNamed ? 1 : 0) && expected.endsWith(chars[headCount - 1] ?? "");
  return { count: chars.length, shown: shown !== "" && !isAll ? `${shown}…` : shown };
}

/** `^C`, as terminals have always written it; Enter and Tab as the signs on their keys. */
function caret(char: string): string {
  const code = char.charCodeAt(0);
  if (char === "\r" || char === "\n") return "↵";
  if (char === "\t") return "⇥";
  if (code === 0x7f) return "⌫";
  return code < 0x20 ? `^${String.fromCharCode(code + 0x40)}` : "·";
}

export const waitingWords = (count: number): string =>
  plural(count, { one: "{{count, number}} character waits", other: "{{count, number}} characters wait" });
