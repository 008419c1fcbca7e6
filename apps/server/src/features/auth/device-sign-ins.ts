/**
 * Signs programs in that cannot ask for a password: they show a short code, and a person who is signed in confirms it in
 * the dashboard (RFC 8628). Owns the counters of guesses.
 */
import {
  AppError,
  DEVICE_CODE_FAILURES,
  DEVICE_PAGE_PATH,
  DEVICE_POLL_SECONDS,
  DEVICE_POLLS,
  DEVICE_SIGN_IN_SECONDS,
  DEVICE_STARTS,
  type PendingDevice,
  type SignIn,
  spellUserCode,
} from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import { addressGroup } from "../../platform/http/address-group.ts";
import { RateLimit } from "../../platform/rate-limit.ts";
import { hashSecret, newSecret } from "../../platform/secrets/token.ts";
import type { Actor } from "../access/index.ts";
import { findAccountOfSignIn, listMemberships } from "./auth.store.ts";
import {
  consumeDevice,
  type DeviceSignIn,
  decideDevice,
  findDeviceState,
  findUndecided,
  insertDevice,
} from "./device.store.ts";
import { type Caller, recordInOrgs, type SignIns } from "./sign-in.ts";
import { newUserCode } from "./user-code.ts";

interface DeviceSignInsOptions {
  db: Database;
  signIns: SignIns;
  /** Where people open the dashboard. */
  publicUrl(): string;
}

/** A person who looks at a code, and from where. */
interface Judge {
  actor: Actor;
  ipAddress: string;
}

export class DeviceSignIns {
  readonly #options: DeviceSignInsOptions;
  readonly #starts = new RateLimit(DEVICE_STARTS);
  readonly #polls = new RateLimit(DEVICE_POLLS);
  readonly #failures = new RateLimit(DEVICE_CODE_FAILURES);

  constructor(options: DeviceSignInsOptions) {
    this.#options = options;
  }

  /** @throws AppError `RATE_LIMITED` */
  async start({ clientName, ipAddress }: { clientName: string | undefined; ipAddress: string }) {
    const source = addressGroup(ipAddress);
    this.#starts.check(source);
    this.#starts.count(source);
    const deviceCode = newSecret();
    const userCode = newUserCode();
    await insertDevice(this.#options.db, {
      deviceCodeHash: hashSecret(deviceCode),
      userCodeHash: hashSecret(userCode),
      clientName: clientName ?? null,
      ipAddress,
    });
    const page = new URL(DEVICE_PAGE_PATH, this.#options.publicUrl());
    const spelt = spellUserCode(userCode);
    return {
      device_code: deviceCode,
      user_code: spelt,
      verification_url: page.href,
      verification_url_complete: `${page.href}?code=${spelt}`,
      expires_in: DEVICE_SIGN_IN_SECONDS,
      interval: DEVICE_POLL_SECONDS,
    };
  }

  /**
   * @throws AppError `SIGN_IN_PENDING` until somebody has decided, then `SIGN_IN_REFUSED`
   * @throws AppError `SIGN_IN_EXPIRED`, the same for a code that was used and one that never was
   * @throws AppError `RATE_LIMITED`
   */
  async claim(deviceCode: string, caller: Caller): Promise<SignIn> {
    const source = addressGroup(caller.ipAddress);
    this.#polls.check(source);
    this.#polls.count(source);
    const { db, signIns } = this.#options;
    const deviceCodeHash = hashSecret(deviceCode);
    const signIn = await db.transaction(async (tx) => {
      const device = await consumeDevice(tx, deviceCodeHash);
      // Whoever confirmed it has signed out meanwhile: then there is nothing to give.
      const account = device?.approvedWith && (await findAccountOfSignIn(tx, device.approvedWith));
      if (!account) return undefined;
      return signIns.begin(tx, account, caller, { client_name: device.clientName, approved_with: device.approvedWith });
    });
    if (signIn) return signIn;
    switch (await findDeviceState(db, deviceCodeHash)) {
      case "waiting":
        throw new AppError("SIGN_IN_PENDING", {});
      case "refused":
        throw new AppError("SIGN_IN_REFUSED", {});
      case "over":
        throw new AppError("SIGN_IN_EXPIRED", {});
    }
  }

  /** @throws AppError `NOT_FOUND` for a code that nothing waits with, `RATE_LIMITED` after too many of them */
  async look(userCode: string, judge: Judge): Promise<PendingDevice> {
    const found = await this.#guess(judge, () => findUndecided(this.#options.db, hashSecret(userCode)));
    return {
      user_code: spellUserCode(userCode),
      client_name: found.clientName,
      ip_address: found.ipAddress,
      created_at: found.createdAt.toISOString(),
      expires_at: found.expiresAt.toISOString(),
    };
  }

  /** @throws AppError `NOT_FOUND` for a code that nothing waits with, `RATE_LIMITED` after too many of them */
  async decide(userCode: string, approve: boolean, judge: Judge): Promise<void> {
    const { actor, ipAddress } = judge;
    const userCodeHash = hashSecret(userCode);
    await this.#guess(judge, () =>
      this.#options.db.transaction(async (tx) => {
        const decision = approve ? { approvedWith: actor.signInId } : "refused";
        const device = await decideDevice(tx, userCodeHash, decision);
        // A confirmed one is recorded when it is claimed, as the sign-in that it then is.
        if (device?.refusedAt) {
          await recordInOrgs(tx, await listMemberships(tx, actor.userId), {
            action: "user.sign_in_refused",
            resourceType: "user",
            resourceId: actor.userId,
            actorId: actor.userId,
            metadata: { client_name: device.clientName, from: device.ipAddress },
            ipAddress,
          });
        }
        return device;
      }),
    );
  }

  async #guess({ actor, ipAddress }: Judge, find: () => Promise<DeviceSignIn | undefined>): Promise<DeviceSignIn> {
    const sources = [`user:${actor.userId}`, `ip:${addressGroup(ipAddress)}`];
    for (const source of sources) this.#failures.check(source);
    // Counted before it is looked up, so that many guesses at once are not all let through.
    for (const source of sources) this.#failures.count(source);
    const found = await find();
    if (!found) throw new AppError("NOT_FOUND", { what: "A sign-in that waits with this code" });
    for (const source of sources) this.#failures.uncount(source);
    return found;
  }
}
