/**
 * The sessions of this process.
 *
 * Invariants: a session is found only between its opening and its end or expiry, whichever comes first; an end cannot
 * be undone (H13); at most `maxSessions` sessions exist, and only they have a bucket (H14). No timer: what expired is
 * removed when somebody asks for it, and at the latest when the next session is issued or sessions are listed.
 */
import { randomUUID } from "node:crypto";
import { SecureTerminalError } from "./errors.ts";
import type { SessionToken } from "./session-token.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** A session weighs about a kilobyte, so this is ten megabytes. A busy server has hundreds. */
export const DEFAULT_MAX_SESSIONS = 10_000;

export interface Session {
  /** The newest token. Never handed out itself, only as a copy. */
  token: SessionToken;
  readonly bucket: TokenBucket;
}

export interface SessionRegistryOptions {
  maxSessions: number;
  /** Unix time in seconds. */
  nowSeconds: () => number;
  /** Called once for each session that was found expired, after it was removed. */
  onExpired: (session: Session) => void;
}

/** The right to open one session under this id. */
export interface Reservation {
  readonly sessionId: string;
}

export class SessionRegistry {
  readonly #options: SessionRegistryOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #reserved = new Map<string, Reservation>();

  constructor(options: SessionRegistryOptions) {
    this.#options = options;
  }

  /**
   * Takes an id for a session that is being issued: the given one, or a fresh UUID.
   *
   * @throws SecureTerminalError `TOO_MANY_SESSIONS`, `SESSION_ID_TAKEN`
   */
  reserve(sessionId: string = randomUUID()): Reservation {
    this.sweep();
    if (this.#sessions.size + this.#reserved.size >= this.#options.maxSessions) {
      throw new SecureTerminalError("TOO_MANY_SESSIONS");
    }
    if (this.#sessions.has(sessionId) || this.#reserved.has(sessionId)) {
      throw new SecureTerminalError("SESSION_ID_TAKEN");
    }
    const reservation = { sessionId };
    this.#reserved.set(sessionId, reservation);
    return reservation;
  }

  /** Gives an id back, if it is still reserved. */
  release(reservation: Reservation): void {
    if (this.#holds(reservation)) this.#reserved.delete(reservation.sessionId);
  }

  /** Opens a reserved session. Returns false, and opens nothing, when it was ended meanwhile. */
  open(reservation: Reservation, session: Session): boolean {
    if (!this.#holds(reservation)) return false;
    this.#reserved.delete(reservation.sessionId);
    this.#sessions.set(reservation.sessionId, session);
    return true;
  }

  /** The session, if it lives. An expired one is removed and reported. */
  find(sessionId: string): Session | undefined {
    const session = this.#sessions.get(sessionId);
    if (!session || session.token.expiresAt > this.#options.nowSeconds()) return session;
    this.#sessions.delete(sessionId);
    this.#options.onExpired(session);
    return undefined;
  }

  /** Ends a session, live or still being issued, and returns it if it lived. */
  end(sessionId: string): Session | undefined {
    const session = this.find(sessionId);
    this.#sessions.delete(sessionId);
    this.#reserved.delete(sessionId);
    return session;
  }

  /** Removes and reports all that expired. */
  sweep(): void {
    for (const sessionId of this.#sessions.keys()) this.find(sessionId);
  }

  list(): Session[] {
    this.sweep();
    return [...this.#sessions.values()];
  }

  #holds(reservation: Reservation): boolean {
    return this.#reserved.get(reservation.sessionId) === reservation;
  }
}
