import { RemoteError, type SignIn } from "@sallyport/protocol";
import type { Exclusively } from "../lib/cross-tab-lock.ts";
import { isExpired, refreshInMs, type Session, sessionFrom } from "./session.ts";
import type { SessionStore } from "./session-store.ts";

export interface KeeperParts {
  store: SessionStore;
  /** `POST /api/auth/refresh`. */
  refresh: (refreshToken: string) => Promise<SignIn>;
  /** One tab at a time: using a refresh token twice ends the sign-in. */
  exclusively: Exclusively;
  now?: () => number;
}

const LOCK = "quickztna_session";
/** After a refresh that found no server, and the longest time that a browser's timer may be asked to wait. */
const RETRY_MS = 30_000;
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * Keeps the sign-in alive.
 *
 * Invariants: a refresh token is sent by one tab, under the lock, and only after the storage was read again inside
 * the lock; a refused one ends the sign-in in every tab; an unreachable server ends nothing.
 */
export class SessionKeeper {
  readonly #parts: KeeperParts;
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  /** Refreshes ahead of time from now on; returns how to stop. */
  start(): () => void {
    const plan = () => this.#plan();
    const stopListening = this.#parts.store.subscribe(plan);
    plan();
    return () => {
      stopListening();
      clearTimeout(this.#timer);
    };
  }

  /** The access token to use now, exchanged first when its time has come; undefined when nobody is signed in. */
  async accessToken(): Promise<string | undefined> {
    const session = this.#parts.store.read();
    if (!session) return undefined;
    if (refreshInMs(session, this.#now()) > 0) return session.access_token;
    try {
      return (await this.renew(session.access_token))?.access_token;
    } catch (error) {
      // The server could not be asked. What we hold may still be good; if it is not, the call itself will say so.
      if (!isExpired(session, this.#now())) return session.access_token;
      throw error;
    }
  }

  /**
   * Replaces the tokens, unless another tab already replaced `staleToken`. Resolves to undefined when the sign-in
   * has ended.
   * @throws RemoteError when the server cannot be asked.
   */
  renew(staleToken: string): Promise<Session | undefined> {
    const { store, refresh, exclusively } = this.#parts;
    return exclusively(LOCK, async () => {
      const session = store.read();
      if (!session || session.access_token !== staleToken) return session;
      try {
        store.write(sessionFrom(await refresh(session.refresh_token), this.#now()));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // Only the tokens that were refused: a new sign-in may have been stored meanwhile.
        if (store.read()?.refresh_token === session.refresh_token) store.clear();
      }
      return store.read();
    });
  }

  #plan(delayMs?: number): void {
    clearTimeout(this.#timer);
    const session = this.#parts.store.read();
    if (!session) return;
    const waitMs = Math.min(delayMs ?? refreshInMs(session, this.#now()), TIMER_MAX_MS);
    this.#timer = setTimeout(() => {
      const current = this.#parts.store.read();
      if (!current) return;
      if (refreshInMs(current, this.#now()) > 0) return this.#plan();
      this.renew(current.access_token).catch(() => this.#plan(RETRY_MS));
    }, waitMs);
  }
}

const isRefusal = (error: unknown): boolean => error instanceof RemoteError && error.status === 401;
