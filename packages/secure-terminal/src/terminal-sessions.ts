/** The life of a session: issued after an access check and an audit row, renewed while used, ended once. */
import { type AccessCheck, messageOf } from "./access-check.ts";
import type { AuditTrail } from "./audit-trail.ts";
import { isCapabilityList } from "./capabilities.ts";
import { SecureTerminalError } from "./errors.ts";
import type { Log } from "./logger.ts";
import type { Settings } from "./read-settings.ts";
import { isText, MAX_ID_CHARS } from "./secure-message.ts";
import { type Session, SessionRegistry } from "./session-registry.ts";
import { copyToken, isSameSession, isSignedToken, readToken, type SessionToken, signToken } from "./session-token.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * A token with this many seconds left is renewed when it is validated: a fifth of the default term. Half would need
 * clients that validate twice a minute.
 */
const REFRESH_WHEN_LEFT_SECONDS = 60;

export interface TerminalSessionsOptions {
  settings: Settings;
  maxSessions: number;
  access: AccessCheck;
  audit: AuditTrail;
  log: Log;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds of a clock that is never set. */
  monotonicNow: () => number;
}

export interface SessionRequest {
  userId: string;
  machineId: string;
  capabilities: readonly string[];
  sessionId: string | undefined;
}

export class TerminalSessions {
  readonly #options: TerminalSessionsOptions;
  readonly #registry: SessionRegistry;

  constructor(options: TerminalSessionsOptions) {
    this.#options = options;
    this.#registry = new SessionRegistry({
      maxSessions: options.maxSessions,
      nowSeconds: () => this.#nowSeconds(),
      onExpired: (session) => {
        const { sessionId, userId, expiresAt } = session.token;
        options.log("warn", "SessionTokenExpired", { sessionId, userId, expiresAt });
        // The asker may be synchronous, and the row's failure is logged, so nobody waits for it.
        void this.#recordEnd(session.token, expiresAt, "expired");
      },
    });
  }

  /** See `SecureRemoteTerminalService.issueSessionToken`. */
  async issue({ sessionId, ...request }: SessionRequest): Promise<SessionToken> {
    assertIssuable(request, sessionId);
    // Copied before the first wait: the caller's list may change meanwhile.
    const claims = { ...request, capabilities: [...request.capabilities] };
    const reservation = this.#registry.reserve(sessionId);
    try {
      await this.#options.access.assertAccess(claims.userId, claims.machineId);
      const token = this.#sign({ sessionId: reservation.sessionId, ...claims, issuedAt: this.#nowSeconds() });
      await this.#recordStart(token);
      if (!this.#registry.open(reservation, { token, bucket: this.#newBucket() })) {
        await this.#recordEnd(token, token.issuedAt, "ended");
        throw new SecureTerminalError("SESSION_ENDED");
      }
      this.#options.log("info", "TerminalSessionStarted", {
        ...described(token),
        expiresAt: new Date(token.expiresAt * 1_000).toISOString(),
        capabilities: [...token.capabilities],
      });
      return copyToken(token);
    } finally {
      this.#registry.release(reservation);
    }
  }

  /** The live session that a token is of, or why there is none. Never throws, whatever `value` is. */
  check(value: unknown): Session | "SESSION_NOT_FOUND" | "TOKEN_TAMPERED" {
    const { log, settings } = this.#options;
    const token = readToken(value);
    if (!token) {
      log("warn", "SessionTokenRejected", { reason: "not a session token" });
      return "TOKEN_TAMPERED";
    }
    const { sessionId, userId, expiresAt } = token;
    const isSigned = isSignedToken(token, settings.secret);
    if (expiresAt <= this.#nowSeconds()) {
      log("warn", "SessionTokenExpired", { sessionId, userId, expiresAt });
      return "SESSION_NOT_FOUND";
    }
    if (!isSigned) {
      log("warn", "SessionTokenTampering", { sessionId, userId });
      return "TOKEN_TAMPERED";
    }
    const session = this.#registry.find(sessionId);
    // A signature proves that we issued it once, not that it still holds (H13).
    if (session && isSameSession(session.token, token)) return session;
    log("warn", "SessionTokenRejected", { sessionId, userId, reason: "the session is over" });
    return "SESSION_NOT_FOUND";
  }

  /** Gives a session that is about to expire another full term. */
  renewIfDue(session: Session): void {
    const now = this.#nowSeconds();
    const { token } = session;
    const isDue = token.expiresAt - now <= REFRESH_WHEN_LEFT_SECONDS;
    if (!isDue || now + this.#options.settings.sessionExpirySeconds <= token.expiresAt) return;
    session.token = this.#sign(token);
    const newExpiresAt = new Date(session.token.expiresAt * 1_000).toISOString();
    this.#options.log("debug", "SessionTokenRefreshed", { sessionId: token.sessionId, newExpiresAt });
  }

  find(sessionId: string): Session | undefined {
    return this.#registry.find(sessionId);
  }

  list(): Session[] {
    return this.#registry.list();
  }

  /** Ends a session at once, and resolves when its row is written or its failure logged. */
  async end(sessionId: string): Promise<void> {
    const session = this.#registry.end(sessionId);
    if (session) await this.#recordEnd(session.token, this.#nowSeconds(), "ended");
  }

  #nowSeconds(): number {
    return Math.floor(this.#options.now() / 1_000);
  }

  /** Signs these claims with a full term from now on. */
  #sign(claims: Omit<SessionToken, "expiresAt" | "signature">): SessionToken {
    const { sessionExpirySeconds, secret } = this.#options.settings;
    const { sessionId, userId, machineId, issuedAt, capabilities } = claims;
    const expiresAt = this.#nowSeconds() + sessionExpirySeconds;
    return signToken({ sessionId, userId, machineId, issuedAt, expiresAt, capabilities }, secret);
  }

  #newBucket(): TokenBucket {
    const { rateLimitTokens, rateLimitBurst } = this.#options.settings;
    const limits = { tokensPerSecond: rateLimitTokens, burst: rateLimitBurst };
    return new TokenBucket(limits, this.#options.monotonicNow());
  }

  async #recordStart(token: SessionToken): Promise<void> {
    try {
      await this.#options.audit.recordStart(token);
    } catch (cause) {
      this.#auditFailed(token, cause);
      throw new SecureTerminalError("AUDIT_FAILED", undefined, { cause });
    }
  }

  /** @param endedAt Unix time in seconds */
  async #recordEnd(token: SessionToken, endedAt: number, cause: "ended" | "expired"): Promise<void> {
    const duration = Math.max(0, endedAt - token.issuedAt);
    this.#options.log("info", "TerminalSessionEnded", { ...described(token), duration, cause });
    try {
      await this.#options.audit.recordEnd(token, duration, cause);
    } catch (error) {
      // The session is over whatever the database says; only its row is missing.
      this.#auditFailed(token, error);
    }
  }

  #auditFailed(token: SessionToken, error: unknown): void {
    this.#options.log("error", "AuditLogFailed", { ...described(token), error: messageOf(error) });
  }
}

const described = ({ sessionId, userId, machineId }: SessionToken) => ({ sessionId, userId, machineId });

function assertIssuable(request: Omit<SessionRequest, "sessionId">, sessionId: string | undefined): void {
  const refuse = (what: string) => new SecureTerminalError("INVALID_ARGUMENT", `The session has no valid ${what}`);
  if (!isText(request.userId, MAX_ID_CHARS)) throw refuse("user id");
  if (!isText(request.machineId, MAX_ID_CHARS)) throw refuse("machine id");
  if (!isCapabilityList(request.capabilities)) throw refuse("list of capabilities");
  if (sessionId !== undefined && !isText(sessionId, MAX_ID_CHARS)) throw refuse("session id");
}
