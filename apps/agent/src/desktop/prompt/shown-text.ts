/** A stranger's text, made fit to be shown to somebody who decides by it. Pure. */

/** Stands for what must not, or cannot, be shown as itself. */
export const BOX = "\u25a1";
const HARMLESS = /^[\p{L}\p{N}\p{P}\p{S} ]$/u;
const LAST_LATIN_1 = 0xff;
const LAST_BMP = 0xffff;
const CUT = "...";

/**
 * One character for each character: control characters, what turns the direction of writing, what combines with its
 * neighbours and whatever else is invisible become boxes, and so does what the font lacks.
 */
export function shownText(text: string, { isUnicode }: { isUnicode: boolean }): string {
  const last = isUnicode ? LAST_BMP : LAST_LATIN_1;
  return [...text].map((char) => (HARMLESS.test(char) && (char.codePointAt(0) ?? 0) <= last ? char : BOX)).join("");
}

/** No longer than this; of an address that is too long both its beginning and its end, which is the domain, are kept. */
export function cutMiddle(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = maxChars - CUT.length;
  const end = Math.ceil(kept / 2);
  return text.slice(0, kept - end) + CUT + text.slice(text.length - end);
}
