import { AppError, type authKeyApi } from "@sallyport/protocol";
import type { z } from "zod";
import type { Database } from "../../platform/db/database.ts";
import type { OrgScope } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import { normaliseCidrs } from "./allowed-cidrs.ts";
import { newAuthKey } from "./auth-key.ts";
import { type AuthKey, insertAuthKey, quarantineMachines, revokeAuthKey } from "./auth-keys.store.ts";

interface By {
  scope: OrgScope;
  /** Null for the operator of the server's own machine. */
  actorId: string | null;
  ipAddress: string | null;
}

/** What a key is to be good for, in the contract's words. */
type Terms = Omit<z.output<typeof authKeyApi.actions.create_auth_key.input>, "org_id">;

/**
 * Makes a key. Its text is in the answer and nowhere else; the row keeps a hash.
 *
 * @throws AppError `INVALID_INPUT` for a subnet that is none
 */
export async function createAuthKey(
  db: Database,
  { scope, actorId, ipAddress }: By,
  terms: Terms,
): Promise<{ key: string; row: AuthKey }> {
  const { key, keyPrefix, keyHash } = newAuthKey();
  const { name, ephemeral, expiry_days, max_uses: maxUses = null } = terms;
  const reusable = terms.reusable || (maxUses ?? 1) > 1;
  const allowedTags = [...new Set(terms.allowed_tags)].sort();
  const allowedCidrs = normaliseCidrs(terms.allowed_cidrs);
  const row = await db.transaction(async (tx) => {
    const created = await insertAuthKey(tx, scope, {
      name,
      reusable,
      maxUses,
      ephemeral,
      allowedTags,
      allowedCidrs: allowedCidrs.length > 0 ? allowedCidrs : null,
      expiryDays: expiry_days,
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
      metadata: {
        name,
        reusable,
        ephemeral,
        expiry_days,
        max_uses: maxUses,
        allowed_tags: allowedTags,
        allowed_cidrs: allowedCidrs,
      },
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
