import { createHmac, timingSafeEqual } from "node:crypto";

const HEX_SHA256 = /^[0-9a-f]{64}$/;
const NO_HMAC = Buffer.alloc(32);

/** HMAC-SHA256 as 64 lower-case hex characters. Key and text are taken as UTF-8. */
export const hmacHex = (key: string, text: string): string => createHmac("sha256", key).update(text).digest("hex");

/**
 * Whether `hex` is the HMAC of `text`. Takes the same time wherever the first difference is, and does the whole work
 * also when `hex` cannot be an HMAC at all.
 */
export function isHmacOf(hex: string, key: string, text: string): boolean {
  const wellFormed = HEX_SHA256.test(hex);
  const given = wellFormed ? Buffer.from(hex, "hex") : NO_HMAC;
  return timingSafeEqual(createHmac("sha256", key).update(text).digest(), given) && wellFormed;
}
