import { createHash, randomBytes } from "node:crypto";

/** A new secret of 256 random bits, as 64 hexadecimal characters. */
export const newSecret = (): string => randomBytes(32).toString("hex");

/**
 * What is stored of a random secret. Looking a secret up by its hash needs no constant-time comparison: whoever
 * times the index learns about the hash of a guess, not about the secret.
 */
export const hashSecret = (secret: string): string => createHash("sha256").update(secret).digest("hex");
