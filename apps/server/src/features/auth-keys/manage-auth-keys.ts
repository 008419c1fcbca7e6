import { AppError } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { OrgScope } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import { newAuthKey } from "./auth-key.ts";
import { type AuthKey, insertAuthKey, quarantineMachines, revokeAuthKey } from "./auth-keys.store.ts";

interface By {
  scope: OrgScope;
  /** Null for the operator of the server's own machine. */
  actorId: string | null;
  ipAddress: string | null;
}

/** Makes a key. Its text is in the answer and nowhere else; the row keeps a hash. */
export async function createAuthKey(
  db: Database,
  { scope, actorId, ipAddress }: By,
  {
    name,
    reusable,
    ephemeral,
    expiryDays,
  }: { name: string; reusable: boolean; ephemeral: boolean; expiryDays: number },
): Promise<{ key: string; row: AuthKey }> {
  const { key, keyPrefix, keyHash } = newAuthKey();
  const row = await db.transaction(async (tx) => {
    const created = await insertAuthKey(tx, scope, {
      name,
      reusable,
      ephemeral,
      expiryDays,
      keyHash,
      keyPrefix,
      createdBy: actorId,
    });
    await recordEvent(tx, {
      action: "auth_key.created",
      orgId: scope.orgId,
      resourceType: "auth_key",
      resourceId: created.id,
      actorId,
      metadata: { name, reusable, ephemeral, expiry_days: expiryDays },
      ipAddress,
    });
    return created;
  });
  return { key, row };
}

/**
 * Revokes a key and quarantines what it enrolled; returns the ids of those machines.
 *
 * @throws AppError `NOT_FOUND`
 */
export async function revokeKey(db: Database, { scope, actorId, ipAddress }: By, keyId: string): Promise<string[]> {
  return db.transaction(async (tx) => {
    const key = await revokeAuthKey(tx, scope, keyId);
    if (!key) throw new AppError("NOT_FOUND", { what: "Auth key" });
    const machineIds = await quarantineMachines(tx, scope, key.id);
    await recordEvent(tx, {
      action: "auth_key.revoked",
      orgId: scope.orgId,
      resourceType: "auth_key",
      resourceId: key.id,
      actorId,
      metadata: { name: key.name, machines_quarantined: machineIds.length },
      ipAddress,
    });
    return machineIds;
  });
}
