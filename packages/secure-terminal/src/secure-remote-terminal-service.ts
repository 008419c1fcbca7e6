import { AccessCheck, type CheckAccess } from "./access-check.ts";
import { AuditTrail, type PrismaLike } from "./audit-trail.ts";
import { DEFAULT_CAPABILITIES, makeRequirements, type Requirements } from "./capabilities.ts";
import { SecureTerminalError } from "./errors.ts";
import { type Log, type LoggerLike, quietLog } from "./logger.ts";
import { MachineVerifiers } from "./machine-verifiers.ts";
import { type Environment, readSettings } from "./read-settings.ts";
import type { SecureMessage } from "./secure-message.ts";
import { DEFAULT_MAX_SESSIONS } from "./session-registry.ts";
import { copyToken, type SessionToken, takeOver } from "./session-token.ts";
import { signMessage } from "./sign-message.ts";
import { TerminalSessions } from "./terminal-sessions.ts";
import { MessageVerifier, type ValidationResult } from "./verify-message.ts";

/** Of a session's refusals the first and every tenth is logged: a flood must not become a flood of log lines. */
const LOG_EVERY_REFUSALS = 10;

/** What a session's rate limit stands at; a copy. */
export interface RateLimitBucket {
  sessionId: string;
  /** Messages that may be sent now. */
  tokensAvailable: number;
  /** Unix time in seconds. */
  lastRefillAt: number;
  /** Refusals since the session began. */
  exceededCount: number;
}

export interface SecureRemoteTerminalOptions {
  /** Who may open a terminal where. Without it, see README, "Access". */
  checkAccess?: CheckAccess | undefined;
  /** Where the five variables are read, once, here. Default: `process.env`. */
  env?: Environment | undefined;
  /** Takes the place of `SESSION_TOKEN_SECRET`. */
  secret?: string | undefined;
  /** Milliseconds since the epoch, for timestamps and expiry. Default: the wall clock. */
  now?: (() => number) | undefined;
  /** Milliseconds of any clock that is never set, for the rate limit. Default: `performance.now`. */
  monotonicNow?: (() => number) | undefined;
  /** Most sessions at a time. Default 10,000. */
  maxSessions?: number | undefined;
  /** Most nonces remembered for one machine. Default 262,144. */
  nonceCapacity?: number | undefined;
  /** What message types need, where it differs from the built-in rules: a capability by type, or null for nothing. */
  requiredCapability?: Readonly<Record<string, string | null>> | undefined;
}

/**
 * Issues terminal sessions, signs what goes to machines, checks what came, limits the rate, and leaves an audit trail.
 *
 * Sessions live in this process's memory. Nothing runs in the background, so nothing needs to be closed.
 */
export class SecureRemoteTerminalService {
  readonly #log: Log;
  readonly #sessions: TerminalSessions;
  readonly #verifiers: MachineVerifiers;
  readonly #requirements: Requirements;
  readonly #now: () => number;
  readonly #monotonicNow: () => number;

  /**
   * @param prisma any object or none; its `auditLog.create` and `machine.findUnique` are used where they exist
   * @param logger anything with `debug`, `info`, `warn` or `error`, or nothing
   * @throws SecureTerminalError `INVALID_CONFIGURATION` when a variable is missing or not valid
   */
  constructor(prisma?: object | null, logger?: LoggerLike | null, options: SecureRemoteTerminalOptions = {}) {
    const handle: PrismaLike = prisma ?? {};
    const log = quietLog(logger);
    const settings = readSettings(options.env ?? process.env, options.secret, log);
    this.#log = log;
    // Looked up at each call, so that a clock replaced by a test is seen.
    this.#now = options.now ?? (() => Date.now());
    this.#monotonicNow = options.monotonicNow ?? (() => performance.now());
    this.#requirements = makeRequirements(options.requiredCapability);
    this.#sessions = new TerminalSessions({
      settings,
      log,
      maxSessions: options.maxSessions ?? DEFAULT_MAX_SESSIONS,
      access: new AccessCheck(options.checkAccess, handle, log),
      audit: new AuditTrail(handle, log),
      now: this.#now,
      monotonicNow: this.#monotonicNow,
    });
    const verifying = {
      logger,
      clockSkewToleranceSeconds: settings.clockSkewToleranceSeconds,
      nonceCapacity: options.nonceCapacity,
      now: this.#now,
      requirements: this.#requirements,
    };
    this.#verifiers = new MachineVerifiers(
      (machineId, forgottenUntilMs) => new MessageVerifier({ ...verifying, machineId, forgottenUntilMs }),
      log,
    );
  }

  /**
   * Opens a session and returns its token, once the access check allowed it and its audit row is written.
   *
   * @param userId from the verified identity, never from a message; 1 to 256 characters
   * @param machineId 1 to 256 characters
   * @param capabilities at most 32; default `spawn`, `input`, `resize`
   * @param options.sessionId the host's own id for the session; default a random UUID
   * @throws SecureTerminalError `ACCESS_DENIED`, `ACCESS_UNKNOWN`, `AUDIT_FAILED`, `TOO_MANY_SESSIONS`,
   *   `SESSION_ID_TAKEN`, `SESSION_ENDED` or `INVALID_ARGUMENT`; then no session is left
   */
  async issueSessionToken(
    userId: string,
    machineId: string,
    capabilities: readonly string[] = DEFAULT_CAPABILITIES,
    options: { sessionId?: string | undefined } = {},
  ): Promise<SessionToken> {
    return this.#sessions.issue({ userId, machineId, capabilities, sessionId: options.sessionId });
  }

  /**
   * Says whether a token is genuine, unexpired, and its session still open. With 60 seconds or less to go, the session
   * is renewed for another full term. The object passed in takes over the newest expiry and signature; older copies
   * stay valid until their own expiry. Never throws.
   */
  async validateSessionToken(token: SessionToken): Promise<boolean> {
    const session = this.#sessions.check(token);
    if (typeof session === "string") return false;
    this.#sessions.renewIfDue(session);
    takeOver(token, session.token);
    return true;
  }

  /**
   * Signs a message to the session's machine.
   *
   * @param type for example `terminal_input`; the session must have the capability that it needs
   * @param payload anything JSON can carry
   * @param agentSecret the machine's secret
   * @throws SecureTerminalError `SESSION_NOT_FOUND` for an expired or ended session, `TOKEN_TAMPERED`,
   *   `CAPABILITY_MISSING`, `INVALID_ARGUMENT`
   */
  async createSecureMessage(
    token: SessionToken,
    type: string,
    payload: unknown,
    agentSecret: string,
  ): Promise<SecureMessage> {
    const session = this.#sessions.check(token);
    if (typeof session === "string") throw new SecureTerminalError(session);
    const requirements = this.#requirements;
    return signMessage({ type, payload, identity: session.token, secret: agentSecret, now: this.#now(), requirements });
  }

  /**
   * Checks a message as the machine `machineId` would: form, timestamp, HMAC, machine, capability, replay. An agent
   * needs nothing else of this class; see `MessageVerifier`. Never throws, whatever `message` is.
   *
   * @param machineId the machine that checks, from its own configuration and not from the message
   */
  async validateSecureMessage(message: unknown, machineId: string, agentSecret: string): Promise<ValidationResult> {
    return this.#verifiers.verify(message, machineId, agentSecret);
  }

  /** Takes one of the session's messages. False when the limit is reached, and for a session that does not live. */
  async enforceRateLimit(sessionId: string): Promise<boolean> {
    return this.tryConsume(sessionId);
  }

  /** `enforceRateLimit` for hosts that cannot wait: the same, at once. */
  tryConsume(sessionId: string): boolean {
    const bucket = this.#sessions.find(sessionId)?.bucket;
    // No bucket is made for an id that somebody invented (H14).
    if (!bucket) return false;
    if (bucket.tryTake(this.#monotonicNow())) return true;
    const count = bucket.exceededCount;
    if (count === 1 || count % LOG_EVERY_REFUSALS === 0) this.#log("warn", "RateLimitExceeded", { sessionId, count });
    return false;
  }

  /**
   * Ends a session for good: its tokens are void from this call on, before anything is awaited. Silent for a session
   * that does not live. Never rejects; an audit row that could not be written is logged.
   */
  async endSession(sessionId: string): Promise<void> {
    await this.#sessions.end(sessionId);
  }

  /** A copy of a live session's newest token, or null. */
  getSessionToken(sessionId: string): SessionToken | null {
    const session = this.#sessions.find(sessionId);
    return session ? copyToken(session.token) : null;
  }

  /** Copies of the tokens of all live sessions. They carry signatures: choose what you show. */
  getActiveSessions(): SessionToken[] {
    return this.#sessions.list().map(({ token }) => copyToken(token));
  }

  /** Where a live session's limit stands, or null. */
  getRateLimitInfo(sessionId: string): RateLimitBucket | null {
    const bucket = this.#sessions.find(sessionId)?.bucket;
    if (!bucket) return null;
    const nowMs = this.#monotonicNow();
    return {
      sessionId,
      tokensAvailable: bucket.tokensAvailable(nowMs),
      lastRefillAt: Math.floor((this.#now() - bucket.sinceRefillMs(nowMs)) / 1_000),
      exceededCount: bucket.exceededCount,
    };
  }
}
