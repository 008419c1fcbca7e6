import { randomBytes } from "node:crypto";
import { AUTH_KEY_PREFIX } from "@sallyport/protocol";
import { hashSecret } from "../../platform/secrets/token.ts";

const SHOWN_CHARS = 8;

export interface NewAuthKey {
  /** Shown once. The prefix is the contract's; the rest are 32 random bytes in hexadecimal. */
  key: string;
  keyPrefix: string;
  keyHash: string;
}

export function newAuthKey(): NewAuthKey {
  const secret = randomBytes(32).toString("hex");
  return {
    key: AUTH_KEY_PREFIX + secret,
    keyPrefix: `${AUTH_KEY_PREFIX}${secret.slice(0, SHOWN_CHARS)}...`,
    keyHash: hashSecret(secret),
  };
}

/** What is stored of a key, or undefined for text that cannot be one. */
export function hashAuthKey(key: string): string | undefined {
  return key.startsWith(AUTH_KEY_PREFIX) ? hashSecret(key.slice(AUTH_KEY_PREFIX.length)) : undefined;
}
