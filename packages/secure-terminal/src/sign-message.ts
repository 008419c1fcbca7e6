import { toPlainJson } from "./canonical-json.ts";
import { isCapabilityList, makeRequirements, missingCapability, type Requirements } from "./capabilities.ts";
import { SecureTerminalError } from "./errors.ts";
import { hmacHex } from "./hmac.ts";
import { newNonce } from "./nonce.ts";
import {
  isText,
  isUserId,
  MAX_ID_CHARS,
  MAX_TYPE_CHARS,
  type MessageIdentity,
  type SecureMessage,
  signedText,
} from "./secure-message.ts";

const DEFAULT_REQUIREMENTS = makeRequirements();

export interface SignMessageInput {
  /** 1 to 64 characters. */
  type: string;
  /** A session token, or just its four claims. The caller vouches for it: nothing is looked up. */
  identity: MessageIdentity;
  /** Anything JSON can carry; `undefined` is sent as null. Do not change it before the message is written. */
  payload: unknown;
  /** The machine's secret, or a key derived from it; any non-empty text, used as UTF-8. */
  secret: string;
  /** Milliseconds since the epoch; now, by default. */
  now?: number;
  /** What each type needs; the built-in rules by default. */
  requirements?: Requirements;
}

/**
 * Signs one message, synchronously: for hosts that hold the session themselves and sign every keystroke.
 *
 * @throws SecureTerminalError `CAPABILITY_MISSING` when the identity may not send this type
 * @throws SecureTerminalError `INVALID_ARGUMENT` for an empty or over-long field, or a payload that JSON cannot carry
 */
export function signMessage(input: SignMessageInput): SecureMessage {
  const { type, secret, now = Date.now(), requirements = DEFAULT_REQUIREMENTS } = input;
  const { sessionId, machineId, userId, capabilities } = input.identity;
  assertSendable({ type, secret, identity: { sessionId, machineId, userId, capabilities } });
  const missing = missingCapability(type, capabilities, requirements);
  if (missing !== undefined) {
    throw new SecureTerminalError("CAPABILITY_MISSING", `The session lacks what ${type} needs: ${missing}`);
  }
  // In the order of its canonical text, which then costs least to write.
  const unsigned = {
    data: {
      machineId,
      nonce: newNonce(),
      payload: input.payload ?? null,
      sessionId,
      timestamp: new Date(now).toISOString(),
    },
    sessionToken: { capabilities: [...capabilities], machineId, sessionId, userId },
    type,
  };
  const text = textOf(unsigned);
  return { ...unsigned, data: { ...unsigned.data, hmac: hmacHex(secret, text) } };
}

/** The text to sign. A payload that is not plain JSON yet is first turned into what the wire would carry. */
function textOf(message: { type: string; sessionToken: MessageIdentity; data: { payload: unknown } }): string {
  try {
    return signedText(message);
  } catch {
    // Not plain JSON yet, or never: the next attempt tells.
  }
  try {
    message.data.payload = toPlainJson(message.data.payload);
    return signedText(message);
  } catch (cause) {
    throw unsendable(cause);
  }
}

const unsendable = (cause: unknown) =>
  new SecureTerminalError("INVALID_ARGUMENT", "The payload cannot be sent as JSON", { cause });

function assertSendable({ type, secret, identity }: Pick<SignMessageInput, "type" | "secret" | "identity">): void {
  const refuse = (what: string) => new SecureTerminalError("INVALID_ARGUMENT", `The message has no valid ${what}`);
  if (!isText(type, MAX_TYPE_CHARS)) throw refuse("type");
  if (!isText(identity.sessionId, MAX_ID_CHARS)) throw refuse("session id");
  if (!isText(identity.machineId, MAX_ID_CHARS)) throw refuse("machine id");
  if (!isUserId(identity.userId)) throw refuse("user id");
  if (!isCapabilityList(identity.capabilities)) throw refuse("list of capabilities");
  if (typeof secret !== "string" || secret === "") throw refuse("secret");
}
