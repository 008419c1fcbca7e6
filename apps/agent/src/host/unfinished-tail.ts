/**
 * The end of a run of output that a terminal has read but not acted upon yet: part of a character, or of an escape
 * sequence. Whoever draws a screen from that run must add it, because the output goes on in the middle of it.
 */

const ESC = 0x1b;
const BELL = 0x07;
/** Names, titles and clipboards are shorter; what is longer is a picture, and its rest is not worth so much. */
const TAIL_BYTES = 8 * 1024;

export function unfinishedTail(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(-TAIL_BYTES);
  let start = buffer.lastIndexOf(ESC);
  // An escape character alone may be the first half of the end of a string, which began earlier.
  const before = start > 0 && start === buffer.length - 1 ? buffer.lastIndexOf(ESC, start - 1) : -1;
  if (before >= 0 && isString(buffer[before + 1]) && !isComplete(buffer.subarray(before, start))) start = before;
  if (start >= 0 && !isComplete(buffer.subarray(start))) return buffer.subarray(start);
  return buffer.subarray(unfinishedCharacter(buffer));
}

/** Of OSC, DCS, PM, APC and SOS. */
const isString = (byte = 0): boolean => "]P^_X".includes(String.fromCharCode(byte));

/** Whether a sequence that begins with an escape character, and holds no other one, has come to its end. */
function isComplete(sequence: Buffer): boolean {
  const [, introducer] = sequence;
  if (introducer === undefined) return false;
  if (sequence.includes(0x18) || sequence.includes(0x1a)) return true;
  if (introducer === 0x5b) return sequence.subarray(2).some((byte) => byte >= 0x40 && byte <= 0x7e);
  if (isString(introducer)) return introducer === 0x5d && sequence.includes(BELL);
  return sequence.subarray(1).some((byte) => byte >= 0x30);
}

/** Where the UTF-8 character begins that the bytes break off in; their length when they end with a whole one. */
function unfinishedCharacter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
