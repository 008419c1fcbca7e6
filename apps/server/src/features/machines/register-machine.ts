import {
  AppError,
  HEARTBEAT_INTERVAL_SECONDS,
  REGISTRATION_ATTEMPTS,
  REGISTRATION_FAILURES,
  type Registration,
} from "@sallyport/protocol";
import { sql } from "drizzle-orm";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { addressGroup } from "../../platform/http/address-group.ts";
import { RateLimit } from "../../platform/rate-limit.ts";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import { hashSecret, newSecret } from "../../platform/secrets/token.ts";
import { type OrgScope, vouchForOrg } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import { consumeAuthKey, hashAuthKey, isUsedUp } from "../auth-keys/index.ts";
import {
  findByDevice,
  insertMachine,
  isAddressTaken,
  type Machine,
  nextTailnetHost,
  reenrolMachine,
} from "./machines.store.ts";
import { tailnetAddress } from "./tailnet-address.ts";

/** Addresses in a row that may be taken before the pool counts as full. */
const ADDRESS_TRIES = 1_000;

export interface Enrolment {
  auth_key: string;
  name: string;
  os?: string | undefined;
  version?: string | undefined;
  device_secret?: string | undefined;
}

/** Enrols machines. Owns the counters of failed registrations. */
export class Registrar {
  readonly #db: Database;
  readonly #keyring: Keyring;
  readonly #onRegistered: (machine: Machine) => void;
  readonly #failures = new RateLimit(REGISTRATION_FAILURES);
  readonly #attempts = new RateLimit(REGISTRATION_ATTEMPTS);

  constructor(db: Database, keyring: Keyring, onRegistered: (machine: Machine) => void) {
    this.#db = db;
    this.#keyring = keyring;
    this.#onRegistered = onRegistered;
  }

  /**
   * Uses the key and makes the machine in one transaction: no key is used up without a machine, and no machine
   * exists without a key.
   *
   * @throws AppError `INVALID_KEY` for a key that is unknown, revoked or expired
   * @throws AppError `KEY_USED` for a single-use key that has been used
   * @throws AppError `RATE_LIMITED` after too many failures from this address
   */
  async register(enrolment: Enrolment, ipAddress: string): Promise<Registration> {
    const source = addressGroup(ipAddress);
    this.#attempts.check(source);
    this.#attempts.count(source);
    this.#failures.check(source);
    const keyHash = hashAuthKey(enrolment.auth_key);
    const registered = keyHash && (await this.#db.transaction((tx) => this.#enrol(tx, keyHash, enrolment, ipAddress)));
    if (registered) {
      this.#onRegistered(registered.machine);
      return registered.registration;
    }
    this.#failures.count(source);
    const used = keyHash !== undefined && (await isUsedUp(this.#db, keyHash));
    throw used ? new AppError("KEY_USED", {}) : new AppError("INVALID_KEY", {});
  }

  async #enrol(
    tx: Queryable,
    keyHash: string,
    { name, os, version, device_secret }: Enrolment,
    ipAddress: string,
  ): Promise<{ machine: Machine; registration: Registration } | undefined> {
    const key = await consumeAuthKey(tx, keyHash);
    if (!key) return undefined;
    const scope = vouchForOrg(key.orgId);
    const nodeKey = newSecret();
    const machineSecret = newSecret();
    const machine = await this.#upsert(tx, scope, machineSecret, {
      name,
      status: "online",
      ephemeral: key.ephemeral,
      ownerId: key.createdBy,
      authKeyId: key.id,
      nodeKeyHash: hashSecret(nodeKey),
      deviceHash: device_secret === undefined ? null : hashSecret(device_secret),
      os: os ?? null,
      version: version ?? null,
    });
    await recordEvent(tx, {
      action: "machine.registered",
      orgId: scope.orgId,
      resourceType: "machine",
      resourceId: machine.id,
      actorId: null,
      metadata: { machine_name: name, tailnet_ip: machine.tailnetIp, auth_key_id: key.id },
      ipAddress,
    });
    return {
      machine,
      registration: {
        machine_id: machine.id,
        tailnet_ip: machine.tailnetIp ?? "",
        org_id: machine.orgId,
        name: machine.name,
        status: machine.status,
        ephemeral: machine.ephemeral,
        node_key: nodeKey,
        machine_secret: machineSecret,
        heartbeat_interval_seconds: HEARTBEAT_INTERVAL_SECONDS,
      },
    };
  }

  /**
   * A device that proves to be one we know gets its row back, with new keys. A mere name proves nothing: another
   * machine of the same name becomes a machine of its own.
   */
  async #upsert(
    tx: Queryable,
    scope: OrgScope,
    machineSecret: string,
    values: {
      name: string;
      status: "online";
      ephemeral: boolean;
      ownerId: string | null;
      authKeyId: string;
      nodeKeyHash: string;
      deviceHash: string | null;
      os: string | null;
      version: string | null;
    },
  ): Promise<Machine> {
    const known = values.deviceHash === null ? undefined : await findByDevice(tx, scope, values.deviceHash);
    const id = known?.id ?? crypto.randomUUID();
    const row = {
      ...values,
      // An administrator's verdict outlives a new enrolment of the same device.
      status: known?.adminDisabled ? ("offline" as const) : values.status,
      // Both sides use the secret's hash as the key, so the secret itself is nowhere.
      secretKeyHash: this.#keyring.seal(hashSecret(machineSecret), id),
      lastSeen: sql`now()` as never,
    };
    if (known) return reenrolMachine(tx, id, row);
    return insertMachine(tx, { ...row, id, orgId: scope.orgId, tailnetIp: await this.#freeAddress(tx) });
  }

  async #freeAddress(tx: Queryable): Promise<string> {
    for (let tries = 0; tries < ADDRESS_TRIES; tries++) {
      const address = tailnetAddress(await nextTailnetHost(tx));
      if (!(await isAddressTaken(tx, address))) return address;
    }
    throw new AppError("ADDRESS_POOL_EXHAUSTED", {});
  }
}
