/**
 * The library's tokens for the sessions that are viewed here: one per session, that of its newest attachment. Each is
 * in the audit log before anybody sees the session.
 */
import { AppError, PING_INTERVAL_MS } from "@sallyport/protocol";
import { type SecureRemoteTerminalService, SecureTerminalError, type SessionToken } from "@sallyport/secure-terminal";
import { SHELL_CAPABILITIES } from "./machine-commands.ts";
import type { RelayedSession } from "./relay.ts";

export class SessionTokens {
  readonly #terminal: SecureRemoteTerminalService;
  readonly #expirySeconds: number;
  /** The token that was issued last for a session: only its holder may end it there. */
  readonly #issued = new Map<string, SessionToken>();
  /** Ends on their way into the audit log. */
  readonly #recording = new Set<Promise<void>>();

  constructor(terminal: SecureRemoteTerminalService, expirySeconds: number) {
    this.#terminal = terminal;
    this.#expirySeconds = expirySeconds;
  }

  /**
   * A token in place of the former attachment's.
   *
   * @throws AppError `FORBIDDEN` when the library's own look at the rights says no
   * @throws AppError `AUDIT_UNAVAILABLE` when it could not be recorded
   */
  async issue({ id, userId, machineId }: RelayedSession): Promise<SessionToken> {
    await this.#terminal.endSession(id);
    try {
      const token = await this.#terminal.issueSessionToken(userId, machineId, [...SHELL_CAPABILITIES], {
        sessionId: id,
      });
      this.#issued.set(id, token);
      return token;
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** Nothing happens for a token that is not the session's last one any more. */
  end(sessionId: string, token: SessionToken): void {
    if (this.#issued.get(sessionId) !== token) return;
    this.#issued.delete(sessionId);
    const recorded = this.#terminal.endSession(sessionId).finally(() => this.#recording.delete(recorded));
    this.#recording.add(recorded);
  }

  /** An open viewer is activity: its token slides along, and expires only when nobody is there. */
  keepAlive(token: SessionToken, expired: () => void): NodeJS.Timeout {
    const everyMs = Math.min(PING_INTERVAL_MS * 2, (this.#expirySeconds * 1_000) / 4);
    return setInterval(() => {
      void this.#terminal.validateSessionToken(token).then((isValid) => {
        if (!isValid) expired();
      });
    }, everyMs);
  }

  /** One message of the session's allowance, if there is one left. */
  takeMessage(sessionId: string): boolean {
    return this.#terminal.tryConsume(sessionId);
  }

  messagesLeft(sessionId: string): number {
    return this.#terminal.getRateLimitInfo(sessionId)?.tokensAvailable ?? 0;
  }

  /** All ends so far are in the audit log. */
  async recorded(): Promise<void> {
    await Promise.all(this.#recording);
  }
}

function asRefusal(error: unknown): AppError {
  const code = error instanceof SecureTerminalError ? error.code : undefined;
  if (code === "ACCESS_DENIED") return new AppError("FORBIDDEN", { reason: "Admin access required" }, { cause: error });
  return new AppError("AUDIT_UNAVAILABLE", {}, { cause: error });
}
