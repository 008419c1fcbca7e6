import { API_KEY_PREFIX } from "@sallyport/protocol";
import { hashSecret, newSecret } from "../../platform/secrets/token.ts";

const SHOWN_CHARS = 8;

export interface NewApiKey {
  /** Shown once. The prefix is the contract's; the rest are 32 random bytes in hexadecimal. */
  key: string;
  keyPrefix: string;
  keyHash: string;
}

export function newApiKey(): NewApiKey {
  const secret = newSecret();
  const key = API_KEY_PREFIX + secret;
  return { key, keyPrefix: `${API_KEY_PREFIX}${secret.slice(0, SHOWN_CHARS)}...`, keyHash: hashSecret(key) };
}

/** Whether a bearer token says that it is one of ours; a JWT has dots and begins otherwise. */
export const isApiKey = (token: string | undefined): token is string => token?.startsWith(API_KEY_PREFIX) ?? false;
