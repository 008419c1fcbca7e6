import { HEARTBEAT_INTERVAL_SECONDS, type Registration } from "@sallyport/protocol";
import { sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import type { Keyring } from "../../platform/secrets/keyring.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import { type OrgScope, vouchForOrg } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import { type AuthKey, insertKeyUse } from "../auth-keys/index.ts";
import { freeAddress } from "./free-address.ts";
import { type MachineKeys, newMachineKeys } from "./machine-keys.ts";
import { findByDevice, insertMachine, type Machine, reenrolMachine } from "./machines.store.ts";

/** What a machine says of itself. */
export interface MachineClaims {
  name: string;
  os?: string | undefined;
  version?: string | undefined;
  device_secret?: string | undefined;
}

/**
 * Makes the machine that a key admitted, with new secrets, and records it as a use of the key. A device that proves to
 * be one we know gets its row back. A mere name proves nothing: another machine of the same name becomes a machine of
 * its own.
 *
 * @param tx the transaction that consumed the key
 * @throws AppError `ADDRESS_POOL_EXHAUSTED`
 */
export async function enrolMachine(
  tx: Queryable,
  keyring: Keyring,
  { key, tags, ipAddress, ...claims }: MachineClaims & { key: AuthKey; tags: string[]; ipAddress: string },
): Promise<{ machine: Machine; registration: Registration }> {
  const scope = vouchForOrg(key.orgId);
  const deviceHash = claims.device_secret === undefined ? null : hashSecret(claims.device_secret);
  const known = deviceHash === null ? undefined : await findByDevice(tx, scope, deviceHash);
  const id = known?.id ?? crypto.randomUUID();
  const keys = newMachineKeys(keyring, id);
  const row = {
    name: claims.name,
    // An administrator's verdict outlives a new enrolment of the same device.
    status: known?.adminDisabled ? ("offline" as const) : ("online" as const),
    ephemeral: key.ephemeral,
    ownerId: key.createdBy,
    authKeyId: key.id,
    ...keys.kept,
    deviceHash,
    os: claims.os ?? null,
    version: claims.version ?? null,
    tags,
    lastSeen: sql`now()` as never,
  };
  const machine = known
    ? await reenrolMachine(tx, id, row)
    : await insertMachine(tx, { ...row, id, orgId: scope.orgId, tailnetIp: await freeAddress(tx) });
  await recordUse(tx, scope, { key, machine, isKnown: known !== undefined, ipAddress });
  return { machine, registration: registrationOf(machine, keys) };
}

/** What a machine is told when it was let in. */
export const registrationOf = (machine: Machine, { nodeKey, machineSecret }: MachineKeys): Registration => ({
  machine_id: machine.id,
  tailnet_ip: machine.tailnetIp ?? "",
  org_id: machine.orgId,
  name: machine.name,
  status: machine.status,
  ephemeral: machine.ephemeral,
  node_key: nodeKey,
  machine_secret: machineSecret,
  heartbeat_interval_seconds: HEARTBEAT_INTERVAL_SECONDS,
});

async function recordUse(
  tx: Queryable,
  scope: OrgScope,
  { key, machine, isKnown, ipAddress }: { key: AuthKey; machine: Machine; isKnown: boolean; ipAddress: string },
): Promise<void> {
  await insertKeyUse(tx, scope, {
    authKeyId: key.id,
    machineId: machine.id,
    machineName: machine.name,
    outcome: isKnown ? "reenrolled" : "enrolled",
    ipAddress,
  });
  await recordEvent(tx, {
    action: "machine.registered",
    orgId: scope.orgId,
    resourceType: "machine",
    resourceId: machine.id,
    actorId: null,
    metadata: { machine_name: machine.name, tailnet_ip: machine.tailnetIp, auth_key_id: key.id },
    ipAddress,
  });
}
