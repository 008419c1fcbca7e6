import { AppError, type apiKeyActions, type Role } from "@sallyport/protocol";
import type { z } from "zod";
import type { Database } from "../../platform/db/database.ts";
import { type Actor, findStanding, hasRight, isAtMost, type OrgScope } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import { newApiKey } from "./api-key.ts";
import { findKey, insertApiKey, type KeyRow, listKeys, revokeWithDescendants } from "./api-keys.store.ts";

interface By {
  actor: Actor;
  scope: OrgScope;
  ipAddress: string;
}

/** What a key is to be good for, in the contract's words. */
type Terms = Omit<z.output<typeof apiKeyActions.create_api_key.input>, "org_id">;

interface CreatedApiKey {
  id: string;
  key: string;
  keyPrefix: string;
  role: Role;
  expiresAt: Date;
}

/**
 * Makes a key. Its text is in the answer and nowhere else; the row keeps a hash.
 *
 * @throws AppError `FORBIDDEN` for a role above the caller's own
 */
export async function createApiKey(
  db: Database,
  { actor, scope, ipAddress }: By,
  { name, role: wanted, expires_days: expiresDays }: Terms,
): Promise<CreatedApiKey> {
  const { key, keyPrefix, keyHash } = newApiKey();
  return db.transaction(async (tx) => {
    const { role: own } = await findStanding(tx, scope.orgId, actor);
    const role = wanted ?? own;
    if (!own || !role || !isAtMost(role, own)) {
      throw new AppError("FORBIDDEN", { reason: `The role ${own} cannot make a key of the role ${role}` });
    }
    const { id, expiresAt } = await insertApiKey(tx, scope, {
      name,
      keyHash,
      keyPrefix,
      role,
      expiresDays,
      actor,
      ipAddress,
    });
    await recordEvent(tx, {
      action: "api_key.created",
      orgId: scope.orgId,
      resourceType: "api_key",
      resourceId: id,
      actorId: actor.userId,
      metadata: {
        name,
        role,
        key_prefix: keyPrefix,
        expires_at: expiresAt.toISOString(),
        ...(actor.limits && { made_with: actor.signInId }),
      },
      ipAddress,
    });
    return { id, key, keyPrefix, role, expiresAt };
  });
}

/** The caller's own; everybody's for an administrator. */
export async function listApiKeys(db: Database, { actor, scope }: By): Promise<KeyRow[]> {
  return listKeys(db, scope, { userId: (await seesAll(db, actor, scope)) ? undefined : actor.userId });
}

/**
 * Ends a key and those that were made with it; returns the ids of all that ended now.
 *
 * @throws AppError `NOT_FOUND`, also for one that is not the caller's to revoke
 */
export async function revokeApiKey(
  db: Database,
  { actor, scope, ipAddress }: By,
  keyId: string,
): Promise<{ id: string; ended: string[] }> {
  const mayRevokeAll = await seesAll(db, actor, scope);
  return db.transaction(async (tx) => {
    const key = await findKey(tx, scope, keyId);
    if (!key || !(mayRevokeAll || key.userId === actor.userId)) throw new AppError("NOT_FOUND", { what: "API key" });
    const ended = await revokeWithDescendants(tx, key.id);
    if (ended.length > 0) {
      await recordEvent(tx, {
        action: "api_key.revoked",
        orgId: scope.orgId,
        resourceType: "api_key",
        resourceId: key.id,
        actorId: actor.userId,
        metadata: { name: key.name, user_id: key.userId, keys_revoked: ended.length },
        ipAddress,
      });
    }
    return { id: key.id, ended };
  });
}

const seesAll = async (db: Database, actor: Actor, { orgId }: OrgScope): Promise<boolean> =>
  hasRight((await findStanding(db, orgId, actor)).role, "admin");
