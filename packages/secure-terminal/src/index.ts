export type { CheckAccess } from "./access-check.ts";
export type { AuditRow, PrismaLike } from "./audit-trail.ts";
export { makeRequirements, type Requirement, type Requirements } from "./capabilities.ts";
export { deriveChannelKey } from "./derive-channel-key.ts";
export { SecureTerminalError, type SecureTerminalErrorCode } from "./errors.ts";
export type { LogFields, LoggerLike } from "./logger.ts";
export type { MessageIdentity, SecureMessage } from "./secure-message.ts";
export {
  type RateLimitBucket,
  type SecureRemoteTerminalOptions,
  SecureRemoteTerminalService,
} from "./secure-remote-terminal-service.ts";
export type { SessionToken } from "./session-token.ts";
export { type SignMessageInput, signMessage } from "./sign-message.ts";
export {
  type ExpectedMessage,
  MessageVerifier,
  type MessageVerifierOptions,
  type ValidationResult,
} from "./verify-message.ts";
