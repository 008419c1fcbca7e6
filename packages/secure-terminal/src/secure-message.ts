/**
 * The signed message, and the bytes that its HMAC covers: all of it but the HMAC itself.
 *
 *   "secure-message/1\n" + canonical JSON of { data: { …, without hmac }, sessionToken, type, …whatever else came }
 *
 * Since nothing is outside, nothing can be added, dropped or moved between fields on the way (H9, T4.9).
 */
import { canonicalJson } from "./canonical-json.ts";
import { isCapabilityList } from "./capabilities.ts";

/** Says what is signed and in which form, so that a later form cannot be mistaken for this one. */
const LABEL = "secure-message/1\n";

/** UUIDs have 36; a host may use longer names. Bounds what an unauthenticated message can put into a log line. */
export const MAX_ID_CHARS = 256;
export const MAX_TYPE_CHARS = 64;
const MAX_STAMP_CHARS = 64;
const MAX_HMAC_CHARS = 128;

/** Whose session a message belongs to, and what that session may do. A `SessionToken` is one. */
export interface MessageIdentity {
  sessionId: string;
  machineId: string;
  /** May be empty in messages that no user causes. */
  userId: string;
  capabilities: readonly string[];
}

/** A message from the server to a machine's agent. JSON-serialisable; see README, "Wire format". */
export interface SecureMessage {
  /** What is to be done: `terminal_input`, `terminal_resize`, `execute_command`, `spawn_shell`, or the host's own. */
  type: string;
  /** The session token without its times and its signature, which are the server's business alone. */
  sessionToken: MessageIdentity;
  data: {
    sessionId: string;
    machineId: string;
    payload: unknown;
    /** 16 random bytes, as 32 hex characters. */
    nonce: string;
    /** ISO 8601 in UTC with milliseconds. */
    timestamp: string;
    /** HMAC-SHA256 with the machine's secret, as 64 hex characters. */
    hmac: string;
  };
}

/** A message taken apart, its fields read exactly once. */
export interface OpenedMessage {
  type: string;
  sessionId: string;
  machineId: string;
  capabilities: readonly string[];
  nonce: string;
  /** Not looked at yet: whatever came. */
  timestamp: unknown;
  hmac: string;
  /** The text whose UTF-8 bytes are signed. */
  signedText: string;
  /** Whether `sessionToken` and `data` name the same session and machine. */
  isConsistent: boolean;
}

/** The text that the HMAC covers; `data` comes without its `hmac`. */
export function signedText(message: { type: string; sessionToken: MessageIdentity; data: object }): string {
  return LABEL + canonicalJson(message);
}

/** Takes apart what a stranger sent, or returns undefined when it is no such message. Never throws. */
export function openMessage(message: unknown): OpenedMessage | undefined {
  try {
    return open(message);
  } catch {
    // Getters that throw, proxies, cycles, depth, length: all the same refusal.
    return undefined;
  }
}

function open(message: unknown): OpenedMessage | undefined {
  // Copies hold own fields only, inherit nothing and run every getter once, so what is checked is what is signed.
  const whole = copyOf(message);
  const token = copyOf(whole?.sessionToken);
  const data = copyOf(whole?.data);
  if (!whole || !token || !data) return undefined;
  const { hmac, ...signed } = data;
  const { sessionId, machineId, nonce, timestamp, payload } = signed;
  const { type } = whole;
  const capabilities: unknown = Array.isArray(token.capabilities) ? [...token.capabilities] : undefined;
  if (
    !isText(type, MAX_TYPE_CHARS) ||
    !isText(sessionId, MAX_ID_CHARS) ||
    !isText(machineId, MAX_ID_CHARS) ||
    !isText(nonce, MAX_STAMP_CHARS) ||
    !isText(hmac, MAX_HMAC_CHARS) ||
    !isUserId(token.userId) ||
    !isCapabilityList(capabilities) ||
    payload === undefined
  ) {
    return undefined;
  }
  return {
    type,
    sessionId,
    machineId,
    capabilities,
    nonce,
    timestamp,
    hmac,
    signedText: LABEL + canonicalJson({ ...whole, data: signed, sessionToken: { ...token, capabilities } }),
    isConsistent: token.sessionId === sessionId && token.machineId === machineId,
  };
}

function copyOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.assign(Object.create(null), value);
}

/** A non-empty string of at most so many characters. */
export const isText = (value: unknown, maxChars: number): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= maxChars;

export const isUserId = (value: unknown): value is string => value === "" || isText(value, MAX_ID_CHARS);
