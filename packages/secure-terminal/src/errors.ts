/** Every failure that this library throws: one row each, the sentence written once. */
const SENTENCES = {
  INVALID_CONFIGURATION: "The secure terminal service is not configured",
  INVALID_ARGUMENT: "An argument is not valid",
  ACCESS_DENIED: "Unauthorized: No access to this machine",
  ACCESS_UNKNOWN: "Unauthorized: Access to this machine could not be checked",
  AUDIT_FAILED: "The session could not be recorded",
  TOO_MANY_SESSIONS: "Too many terminal sessions",
  SESSION_ID_TAKEN: "The session id is in use or was used",
  SESSION_ENDED: "The session was ended while it was being issued",
  SESSION_NOT_FOUND: "Session not found or expired",
  TOKEN_TAMPERED: "The session token's signature is not valid",
  CAPABILITY_MISSING: "The session lacks a capability",
} as const;

export type SecureTerminalErrorCode = keyof typeof SENTENCES;

/** An expected failure. `code` is for programs, `message` for people; neither ever holds a secret or a payload. */
export class SecureTerminalError extends Error {
  override readonly name = "SecureTerminalError";
  readonly code: SecureTerminalErrorCode;

  constructor(code: SecureTerminalErrorCode, message: string = SENTENCES[code], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
