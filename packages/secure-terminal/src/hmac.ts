import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";

const HEX_SHA256 = /^[0-9a-f]{64}$/;
const NO_HMAC = Buffer.alloc(32);

/**
 * Making a key of a text costs as much as the HMAC of a keystroke, and messages come in runs with the same one. The keys
 * of the last few texts are kept; a process that has the text anyway learns nothing from them.
 */
const MAX_KEYS = 256;
const keys = new Map<string, KeyObject>();

function keyOf(text: string): KeyObject {
  const known = keys.get(text);
  if (known) return known;
  const key = createSecretKey(text, "utf8");
  const [oldest] = keys.keys();
  if (keys.size >= MAX_KEYS && oldest !== undefined) keys.delete(oldest);
  keys.set(text, key);
  return key;
}

/** HMAC-SHA256 as 64 lower-case hex characters. Key and text are taken as UTF-8. */
export const hmacHex = (key: string, text: string): string =>
  createHmac("sha256", keyOf(key)).update(text).digest("hex");

/**
 * Whether `hex` is the HMAC of `text`. Takes the same time wherever the first difference is, and does the whole work
 * also when `hex` cannot be an HMAC at all.
 */
export function isHmacOf(hex: string, key: string, text: string): boolean {
  const wellFormed = HEX_SHA256.test(hex);
  const given = wellFormed ? Buffer.from(hex, "hex") : NO_HMAC;
  return timingSafeEqual(createHmac("sha256", keyOf(key)).update(text).digest(), given) && wellFormed;
}
