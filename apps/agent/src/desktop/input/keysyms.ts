/** X's names of characters: keysyms. */
import x11 from "x11";

/** Keysyms of characters beyond Latin-1 are their code point plus this, unless X knew them before Unicode did. */
const UNICODE = 0x0100_0000;
const FIRST_LEGACY = 0x100;
const LAST_LEGACY = 0xfcff;

export const Keysym = {
  none: 0,
  BackSpace: 0xff08,
  Tab: 0xff09,
  ISO_Left_Tab: 0xfe20,
  Return: 0xff0d,
  Escape: 0xff1b,
  KP_Enter: 0xff8d,
  space: 0x20,
  Shift_L: 0xffe1,
  Num_Lock: 0xff7f,
  ISO_Level3_Shift: 0xfe03,
} as const;

/** Filled when it is first needed: the package's table is long. */
let legacy: Map<number, number> | undefined;

/** The package notes the character of a keysym in its description: `(€) EURO SIGN`. */
function legacyKeysyms(): Map<number, number> {
  if (legacy) return legacy;
  legacy = new Map();
  for (const { code, description } of Object.values(x11.keySyms)) {
    if (code < FIRST_LEGACY || code > LAST_LEGACY) continue;
    const character = /^\((.)\) /u.exec(description ?? "")?.[1]?.codePointAt(0);
    if (character !== undefined && character > 0xff && !legacy.has(character)) legacy.set(character, code);
  }
  return legacy;
}

/**
 * The keysyms that mean a character, the one to be preferred first. None for what no key types: control characters,
 * and halves of surrogate pairs.
 */
export function keysymsOf(codePoint: number): number[] {
  if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0) || codePoint > 0x10_ffff) return [];
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return [];
  if (codePoint <= 0xff) return [codePoint, UNICODE + codePoint];
  const known = legacyKeysyms().get(codePoint);
  return known === undefined ? [UNICODE + codePoint] : [known, UNICODE + codePoint];
}

/** The keysyms that type a text, one for each character; what cannot be typed is left out. */
export function keysymsOfText(text: string): number[][] {
  const keys: number[][] = [];
  for (const character of text.replaceAll("\r\n", "\n")) {
    if (character === "\n" || character === "\r") keys.push([Keysym.Return]);
    else if (character === "\t") keys.push([Keysym.Tab]);
    else if (character === "\b") keys.push([Keysym.BackSpace]);
    else {
      const keysyms = keysymsOf(character.codePointAt(0) ?? 0);
      if (keysyms.length > 0) keys.push(keysyms);
    }
  }
  return keys;
}
