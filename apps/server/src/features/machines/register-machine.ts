import { AppError, REGISTRATION_ATTEMPTS, REGISTRATION_FAILURES, type Registration } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { addressGroup } from "../../platform/http/address-group.ts";
import { RateLimit } from "../../platform/rate-limit.ts";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import { consumeAuthKey, hashAuthKey, isAddressAllowed, isUsedUp } from "../auth-keys/index.ts";
import { decideTags } from "./decide-tags.ts";
import { enrolMachine, type MachineClaims } from "./enrol-machine.ts";
import { enrolNode, type NodeClaims, type NodeRegistration } from "./enrol-node.ts";
import type { Machine } from "./machines.store.ts";

export interface Enrolment extends MachineClaims {
  auth_key: string;
  tags?: string[] | undefined;
}

/** What is known of an installation: its secret's hash tells it from another one that has the same token. */
export type OnRegistered = (machine: Machine, deviceHash: string | undefined) => void;

/** Lets machines in. Owns the counters of failed registrations. */
export class Registrar {
  readonly #db: Database;
  readonly #keyring: Keyring;
  readonly #onRegistered: OnRegistered;
  readonly #failures = new RateLimit(REGISTRATION_FAILURES);
  readonly #attempts = new RateLimit(REGISTRATION_ATTEMPTS);

  constructor(db: Database, keyring: Keyring, onRegistered: OnRegistered) {
    this.#db = db;
    this.#keyring = keyring;
    this.#onRegistered = onRegistered;
  }

  /**
   * Uses the key and makes the machine in one transaction: no key is used up without a machine, and no machine
   * exists without a key.
   *
   * @throws AppError `INVALID_KEY` for a key that is unknown, revoked or expired
   * @throws AppError `KEY_USED` for a key that has been used as often as it may
   * @throws AppError `IP_NOT_ALLOWED` or `TAG_NOT_ALLOWED` for a good key that is bound to others
   * @throws AppError `RATE_LIMITED` after too many failures from this address
   */
  async register(enrolment: Enrolment, ipAddress: string): Promise<Registration> {
    const source = this.#admit(ipAddress);
    const keyHash = hashAuthKey(enrolment.auth_key);
    const registered = keyHash && (await this.#db.transaction((tx) => this.#enrol(tx, keyHash, enrolment, ipAddress)));
    if (registered) {
      this.#onRegistered(registered.machine, deviceHashOf(enrolment));
      return registered.registration;
    }
    this.#failures.count(source);
    const used = keyHash !== undefined && (await isUsedUp(this.#db, keyHash));
    throw used ? new AppError("KEY_USED", {}) : new AppError("INVALID_KEY", {});
  }

  /**
   * Lets the agent of a node in, again and again: each time, the keys it had before end.
   *
   * @throws AppError `INVALID_KEY` for a token that is unknown, rotated or of another kind of node
   * @throws AppError `RATE_LIMITED` after too many failures from this address
   */
  async registerNode(claims: NodeClaims, ipAddress: string): Promise<NodeRegistration> {
    const source = this.#admit(ipAddress);
    const registered = await this.#db.transaction((tx) => enrolNode(tx, this.#keyring, claims, ipAddress));
    if (registered) {
      this.#onRegistered(registered.machine, deviceHashOf(claims));
      return registered.registration;
    }
    this.#failures.count(source);
    throw new AppError("INVALID_KEY", { what: "node token; an administrator can make another with rotate-token" });
  }

  /** Counts an attempt; returns whom its failure would be counted against. */
  #admit(ipAddress: string): string {
    const source = addressGroup(ipAddress);
    this.#attempts.check(source);
    this.#attempts.count(source);
    this.#failures.check(source);
    return source;
  }

  async #enrol(
    tx: Queryable,
    keyHash: string,
    { tags: wanted, ...claims }: Enrolment,
    ipAddress: string,
  ): Promise<{ machine: Machine; registration: Registration } | undefined> {
    const key = await consumeAuthKey(tx, keyHash);
    if (!key) return undefined;
    // What is refused from here on is rolled back: the key is not used up by it.
    if (!isAddressAllowed(key.allowedCidrs, ipAddress)) throw new AppError("IP_NOT_ALLOWED", {});
    const decision = decideTags(key.allowedTags, wanted);
    if ("forbidden" in decision) throw new AppError("TAG_NOT_ALLOWED", { tag: decision.forbidden });
    return enrolMachine(tx, this.#keyring, { ...claims, key, tags: decision.tags, ipAddress });
  }
}

const deviceHashOf = ({ device_secret }: { device_secret?: string | undefined }): string | undefined =>
  device_secret === undefined ? undefined : hashSecret(device_secret);
