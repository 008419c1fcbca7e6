import { AppError, LOGIN_ATTEMPTS, LOGIN_FAILURES, type SignIn } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { addressGroup } from "../../platform/http/address-group.ts";
import { RateLimit } from "../../platform/rate-limit.ts";
import { hashSecret, newSecret } from "../../platform/secrets/token.ts";
import { recordEvent } from "../audit/index.ts";
import type { AccessTokens } from "./access-token.ts";
import {
  type Account,
  consumeRefreshToken,
  findAccountByEmail,
  findAccountOfSignIn,
  findSignInOfUsedToken,
  insertRefreshToken,
  insertSignIn,
  listMemberships,
  revokeSignIn,
} from "./auth.store.ts";
import { isPassword } from "./password.ts";

const REFRESH_TOKEN_DAYS = 30;

export interface Caller {
  ipAddress: string;
  userAgent: string | undefined;
}

interface SignOut {
  /** The person who did it; null when we did. */
  by: string | null;
  reason: "signed_out" | "refresh_token_reused";
  ipAddress: string;
}

/** Starts, renews and ends sign-ins. Owns the counters of failed attempts. */
export class SignIns {
  readonly #db: Database;
  readonly #tokens: AccessTokens;
  readonly #onSignOut: (signInId: string) => void;
  readonly #failures = new RateLimit(LOGIN_FAILURES);
  readonly #attempts = new RateLimit(LOGIN_ATTEMPTS);

  /** @param onSignOut called when a sign-in has ended, so that what it opened ends, too */
  constructor(db: Database, tokens: AccessTokens, onSignOut: (signInId: string) => void) {
    this.#db = db;
    this.#onSignOut = onSignOut;
    this.#tokens = tokens;
  }

  /**
   * @throws AppError `RATE_LIMITED` after too many failures from this address or for this account
   * @throws AppError `INVALID_CREDENTIALS`, the same for a wrong password and an unknown address
   */
  async signIn({ email, password }: { email: string; password: string }, caller: Caller): Promise<SignIn> {
    const sources = [`ip:${addressGroup(caller.ipAddress)}`, `email:${email}`];
    this.#attempts.check(`ip:${addressGroup(caller.ipAddress)}`);
    this.#attempts.count(`ip:${addressGroup(caller.ipAddress)}`);
    for (const source of sources) this.#failures.check(source);
    // Counted before the password is looked at, so that many tries at once are not all let through.
    for (const source of sources) this.#failures.count(source);

    const account = await findAccountByEmail(this.#db, email);
    if (!(await isPassword(account?.passwordHash, password)) || !account) {
      throw new AppError("INVALID_CREDENTIALS", {});
    }
    for (const source of sources) this.#failures.uncount(source);
    return this.#db.transaction((tx) => this.begin(tx, account, caller));
  }

  /** Signs somebody in whose right to it has been proven; `how` goes into the log. */
  async begin(tx: Queryable, account: Account, caller: Caller, how: Record<string, unknown> = {}): Promise<SignIn> {
    const signInId = await insertSignIn(tx, { userId: account.id, ...caller });
    const signIn = await this.#issue(tx, account, signInId);
    const { ipAddress, userAgent = null } = caller;
    await recordInOrgs(tx, signIn.orgs, {
      action: "user.signed_in",
      resourceType: "user",
      resourceId: account.id,
      actorId: account.id,
      metadata: { email: account.email, sign_in_id: signInId, user_agent: userAgent, ...how },
      ipAddress,
    });
    return signIn;
  }

  /**
   * Exchanges a refresh token. One that was used before is in two hands, so the whole sign-in ends.
   *
   * @throws AppError `INVALID_TOKEN`
   */
  async refresh(refreshToken: string, { ipAddress }: Caller): Promise<SignIn> {
    const source = `ip:${addressGroup(ipAddress)}`;
    this.#failures.check(source);
    const tokenHash = hashSecret(refreshToken);
    const renewed = await this.#db.transaction(async (tx) => {
      const consumed = await consumeRefreshToken(tx, tokenHash);
      if (!consumed) return undefined;
      const account = await findAccountOfSignIn(tx, consumed.signInId);
      return account && this.#issue(tx, account, consumed.signInId);
    });
    if (renewed) return renewed;

    const stolen = await findSignInOfUsedToken(this.#db, tokenHash);
    if (stolen) await this.signOut(stolen, { by: null, reason: "refresh_token_reused", ipAddress });
    else this.#failures.count(source);
    throw new AppError("INVALID_TOKEN", {});
  }

  async signOut(signInId: string, { by, reason, ipAddress }: SignOut): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const userId = await revokeSignIn(tx, signInId);
      if (userId === undefined) return;
      await recordInOrgs(tx, await listMemberships(tx, userId), {
        action: "user.signed_out",
        resourceType: "user",
        resourceId: userId,
        actorId: by,
        metadata: { sign_in_id: signInId, reason },
        ipAddress,
      });
    });
    this.#onSignOut(signInId);
  }

  async #issue(tx: Queryable, { id, email }: Account, signInId: string): Promise<SignIn> {
    const refreshToken = newSecret();
    await insertRefreshToken(tx, {
      tokenHash: hashSecret(refreshToken),
      signInId,
      lifetimeDays: REFRESH_TOKEN_DAYS,
    });
    return {
      access_token: this.#tokens.issue({ sub: id, email, sid: signInId }),
      refresh_token: refreshToken,
      expires_in: this.#tokens.lifetimeSeconds,
      user: { id, email },
      orgs: await listMemberships(tx, id),
    };
  }
}

/** A sign-in opens all of a person's organisations, so it is in the log of each. */
export async function recordInOrgs(
  tx: Queryable,
  orgs: readonly { id: string }[],
  event: Omit<Parameters<typeof recordEvent>[1], "orgId">,
): Promise<void> {
  // Always in the same order: two transactions that lock the same chains must not wait for each other.
  const orgIds = orgs.length > 0 ? orgs.map(({ id }) => id).sort() : [null];
  for (const orgId of orgIds) await recordEvent(tx, { ...event, orgId });
}
