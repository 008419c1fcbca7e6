import { authKeyApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import type { ApiCallers, OrgScope } from "../access/index.ts";
import { apiKeyAnswers } from "../api-keys/index.ts";
import { createAuthKey, revokeKey } from "./manage-auth-keys.ts";

export function bindAuthKeys(
  bind: EndpointBinder<ApiCallers>,
  {
    db,
    onQuarantined,
    onSignOut,
  }: {
    db: Database;
    onQuarantined(scope: OrgScope, machineIds: string[]): void;
    onSignOut(signInId: string): void;
  },
): void {
  bind.actions(authKeyApi, {
    create_auth_key: async ({ input, actor, scope, ipAddress }) => {
      const { key, row } = await createAuthKey(db, { scope, actorId: actor.userId, ipAddress }, input);
      return {
        id: row.id,
        key,
        key_prefix: row.keyPrefix,
        name: row.name,
        reusable: row.reusable,
        ephemeral: row.ephemeral,
        expiry_days: input.expiry_days,
        expires_at: row.expiresAt.toISOString(),
        max_uses: row.maxUses,
        allowed_tags: row.allowedTags,
        allowed_cidrs: row.allowedCidrs ?? [],
      };
    },
    revoke_auth_key: async ({ input, actor, scope, ipAddress }) => {
      const machineIds = await revokeKey(db, { scope, actorId: actor.userId, ipAddress }, input.key_id);
      onQuarantined(scope, machineIds);
      return { revoked: input.key_id, machines_quarantined: machineIds.length };
    },
    ...apiKeyAnswers({ db, onSignOut }),
  });
}
