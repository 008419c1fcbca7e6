import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A new secret of 256 random bits, as 64 hexadecimal characters. */
export const newSecret = (): string => randomBytes(32).toString("hex");

/**
 * What is stored of a random secret. Looking a secret up by its hash needs no constant-time comparison: whoever
 * times the index learns about the hash of a guess, not about the secret.
 */
export const hashSecret = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** Compares in constant time what a caller gave with what we know, whatever their lengths. */
export function isSameSecret(given: string, known: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(known));
}
