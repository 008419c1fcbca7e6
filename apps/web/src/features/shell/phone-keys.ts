/** The keys that a phone's keyboard lacks, as the bytes that xterm sends for them. Pure. */

/** These stay down for the next key. */
export const HELD_KEYS = ["Ctrl", "Alt"] as const;
export type HeldKey = (typeof HELD_KEYS)[number];

/** The row of a phone. Signs that shells are full of are there, too: a phone hides them behind two others. */
export const PHONE_KEYS = [
  "Esc",
  "Tab",
  "←",
  "↑",
  "↓",
  "→",
  "|",
  "/",
  "-",
  "~",
  "Home",
  "End",
  "PgUp",
  "PgDn",
] as const;
export type PhoneKey = (typeof PHONE_KEYS)[number];

/** Ends of `CSI …` or, in application mode, `SS3 …`. */
const MOVES: Partial<Record<PhoneKey, string>> = { "↑": "A", "↓": "B", "→": "C", "←": "D", Home: "H", End: "F" };
/** Of `CSI … ~`. */
const PAGES: Partial<Record<PhoneKey, number>> = { PgUp: 5, PgDn: 6 };
const PLAIN: Partial<Record<PhoneKey, string>> = { Esc: "\x1b", Tab: "\t" };

interface Modes {
  held: readonly HeldKey[];
  /** DECCKM: the program asked for the other sequences. */
  applicationCursor: boolean;
}

/** What a key of the row is to the program. */
export function pressedText(key: PhoneKey, { held, applicationCursor }: Modes): string {
  const modifier = 1 + (held.includes("Alt") ? 2 : 0) + (held.includes("Ctrl") ? 4 : 0);
  const move = MOVES[key];
  if (move) return modifier > 1 ? `\x1b[1;${modifier}${move}` : `\x1b${applicationCursor ? "O" : "["}${move}`;
  const page = PAGES[key];
  if (page) return modifier > 1 ? `\x1b[${page};${modifier}~` : `\x1b[${page}~`;
  return heldText(PLAIN[key] ?? key, held);
}

/** What a typed character is while keys are held; text that is not one character stays as it is. */
export function heldText(text: string, held: readonly HeldKey[]): string {
  if ([...text].length !== 1) return text;
  const char = held.includes("Ctrl") ? control(text) : text;
  return held.includes("Alt") ? `\x1b${char}` : char;
}

/** Whether it was typed, and is no answer of the terminal or report of the mouse, which begin with Escape. */
export const isTyped = (text: string): boolean => text.length === 1 || !text.startsWith("\x1b");

function control(char: string): string {
  if (/^[a-z@[\\\]^_]$/i.test(char)) return String.fromCharCode(char.toUpperCase().charCodeAt(0) & 0x1f);
  if (char === " ") return "\0";
  if (char === "?") return "\x7f";
  return char === "/" ? "\x1f" : char;
}
