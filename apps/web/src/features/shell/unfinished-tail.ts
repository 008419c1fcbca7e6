/**
 * The end of some output that a terminal has read but not acted upon yet: part of a letter, or of an escape sequence.
 * Whoever draws the screen anew must add it, because the output goes on in the middle of it.
 */

const ESC = 0x1b;
const BELL = 0x07;
const STRINGS = new Set([..."]P^_X"].map((char) => char.charCodeAt(0)));

/** Names, titles and clipboards are shorter; what is longer is a picture, and its rest is not worth so much. */
const TAIL_BYTES = 8 * 1024;

/** The end of `bytes` that come after `before`, as long as an unfinished sequence may be. */
export function lastBytes(before: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length >= TAIL_BYTES) return bytes.slice(-TAIL_BYTES);
  const joined = new Uint8Array(Math.min(TAIL_BYTES, before.length + bytes.length));
  joined.set(before.subarray(Math.max(0, before.length + bytes.length - joined.length)));
  joined.set(bytes, joined.length - bytes.length);
  return joined;
}

export function unfinishedTail(bytes: Uint8Array): Uint8Array {
  let start = bytes.lastIndexOf(ESC);
  // An escape character alone may be the first half of the end of a string, which began earlier.
  const before = start > 0 && start === bytes.length - 1 ? bytes.lastIndexOf(ESC, start - 1) : -1;
  if (before >= 0 && STRINGS.has(bytes[before + 1] ?? 0) && !isComplete(bytes.subarray(before, start))) start = before;
  if (start >= 0 && !isComplete(bytes.subarray(start))) return bytes.slice(start);
  return bytes.slice(unfinishedLetter(bytes));
}

/** Whether a sequence that begins with an escape character, and holds no other one, has come to its end. */
function isComplete(sequence: Uint8Array): boolean {
  const introducer = sequence[1];
  if (introducer === undefined) return false;
  if (sequence.includes(0x18) || sequence.includes(0x1a)) return true;
  if (introducer === 0x5b) return sequence.subarray(2).some((byte) => byte >= 0x40 && byte <= 0x7e);
  if (STRINGS.has(introducer)) return introducer === 0x5d && sequence.includes(BELL);
  return sequence.subarray(1).some((byte) => byte >= 0x30);
}

/** Where the UTF-8 letter begins that the bytes break off in; their length when they end with a whole one. */
function unfinishedLetter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
