import { isCapabilityList } from "./capabilities.ts";
import { hmacHex, isHmacOf } from "./hmac.ts";
import { isText, MAX_ID_CHARS } from "./secure-message.ts";

/**
 * Says that a user may act on a machine for a while. The server's own: it means nothing to an agent, and nothing to
 * this server either once its session has ended.
 */
export interface SessionToken {
  sessionId: string;
  userId: string;
  machineId: string;
  /** Unix time in seconds. */
  issuedAt: number;
  /** Unix time in seconds; at this second the token is no longer valid. */
  expiresAt: number;
  capabilities: string[];
  /** HMAC-SHA256 of the other fields with the server's secret, as 64 hex characters. */
  signature: string;
}

export type TokenClaims = Omit<SessionToken, "signature">;

export function signToken(claims: TokenClaims, secret: string): SessionToken {
  return { ...claims, capabilities: [...claims.capabilities], signature: hmacHex(secret, tokenText(claims)) };
}

/** Whether the signature fits the fields. Fields that tokens do not have are neither signed nor looked at. */
export const isSignedToken = (token: SessionToken, secret: string): boolean =>
  isHmacOf(token.signature, secret, tokenText(token));

/** Whether two tokens are of one and the same session, however often it was renewed between them. */
export const isSameSession = (one: SessionToken, other: SessionToken): boolean =>
  tokenText({ ...one, expiresAt: 0 }) === tokenText({ ...other, expiresAt: 0 });

export const copyToken = (token: SessionToken): SessionToken => ({ ...token, capabilities: [...token.capabilities] });

/** Brings a caller's copy up to date after a renewal. A frozen one keeps what it has. */
export function takeOver(copy: SessionToken, { expiresAt, signature }: SessionToken): void {
  try {
    Object.assign(copy, { expiresAt, signature });
  } catch {
    // Its owner did not want it changed, and can ask `getSessionToken`.
  }
}

/** Copies a token out of whatever was passed in, or returns undefined when it has not the form of one. Never throws. */
export function readToken(value: unknown): SessionToken | undefined {
  try {
    if (typeof value !== "object" || value === null) return undefined;
    const { sessionId, userId, machineId, issuedAt, expiresAt, signature, ...rest } = value as Record<string, unknown>;
    const capabilities: unknown = Array.isArray(rest.capabilities) ? [...rest.capabilities] : undefined;
    if (
      !isText(sessionId, MAX_ID_CHARS) ||
      !isText(userId, MAX_ID_CHARS) ||
      !isText(machineId, MAX_ID_CHARS) ||
      !isUnixSeconds(issuedAt) ||
      !isUnixSeconds(expiresAt) ||
      !isCapabilityList(capabilities) ||
      typeof signature !== "string"
    ) {
      return undefined;
    }
    return { sessionId, userId, machineId, issuedAt, expiresAt, capabilities, signature };
  } catch {
    // A getter that throws: not a token.
    return undefined;
  }
}

const isUnixSeconds = (value: unknown): value is number => Number.isSafeInteger(value);

/**
 * The signed text: JSON of six members in this order. Unambiguous because every field has exactly one type (`readToken`
 * sees to it) and JSON escapes what could end a string early.
 */
function tokenText({ sessionId, userId, machineId, issuedAt, expiresAt, capabilities }: TokenClaims): string {
  return JSON.stringify({ sessionId, userId, machineId, issuedAt, expiresAt, capabilities });
}
