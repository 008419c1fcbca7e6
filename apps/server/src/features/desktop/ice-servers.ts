/** The STUN and TURN servers that both sides of a desktop use, with credentials of their own (RD-166, R-33). Pure. */
import { createHmac } from "node:crypto";
import type { IceServer } from "@sallyport/protocol";

export interface IceConfig {
  stunUrls: readonly string[];
  turnUrls: readonly string[];
  /** Shared with the TURN server: coturn's `static-auth-secret`. */
  turnSecret: string | undefined;
  turnTtlSeconds: number;
}

export interface IceServers {
  servers: IceServer[];
  /** How long the credentials last; null without any. */
  expiresIn: number | null;
}

/**
 * What a side of this session is given. The credentials are coturn's time-limited ones (`use-auth-secret`): the name is when
 * they expire and whose they are, the password its HMAC-SHA1. A relay never learns a key of the media: it is encrypted
 * between the two ends.
 *
 * @param nowMs milliseconds since the epoch
 */
export function iceServers(
  { stunUrls, turnUrls, turnSecret, turnTtlSeconds }: IceConfig,
  sessionId: string,
  nowMs: number,
): IceServers {
  const stun = stunUrls.length > 0 ? [{ urls: [...stunUrls] }] : [];
  if (turnUrls.length === 0 || turnSecret === undefined) return { servers: stun, expiresIn: null };
  const username = `${Math.floor(nowMs / 1_000) + turnTtlSeconds}:${sessionId}`;
  const credential = createHmac("sha1", turnSecret).update(username).digest("base64");
  return { servers: [...stun, { urls: [...turnUrls], username, credential }], expiresIn: turnTtlSeconds };
}
