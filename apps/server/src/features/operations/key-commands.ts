import { authKeyApi } from "@sallyport/protocol";
import { z } from "zod";
import type { Database } from "../../platform/db/database.ts";
import { readInput } from "../../platform/http/read-input.ts";
import type { LocalCommand } from "../../platform/local/local-socket.ts";
import type { OrgScope } from "../access/index.ts";
import { createAuthKey, listAuthKeys, revokeKey } from "../auth-keys/index.ts";
import { asOperator } from "./as-operator.ts";

/** Enough for somebody to walk over to the machine; a key that lies around should not work. */
const OPERATOR_KEY_DAYS = 1;

const { create_auth_key, revoke_auth_key } = authKeyApi.actions;
const NewKey = create_auth_key.input.partial({ org_id: true }).extend({
  expiry_days: create_auth_key.input.shape.expiry_days.unwrap().default(OPERATOR_KEY_DAYS),
});
const RevokedKey = revoke_auth_key.input.partial({ org_id: true });
const Listing = z.object({ org_id: z.string().optional() });

export type OnQuarantined = (scope: OrgScope, machineIds: string[]) => void;

/** What the operator of this machine may do with keys; without an organisation, with those of the first one. */
export const keyCommands = (db: Database, onQuarantined: OnQuarantined) =>
  ({
    "auth-key-create": async (input) => {
      const { org_id, ...terms } = readInput(NewKey, input);
      const { key } = await createAuthKey(db, await asOperator(db, org_id), terms);
      return { key };
    },
    "auth-key-list": async (input) => {
      const { scope } = await asOperator(db, readInput(Listing, input).org_id);
      const keys = await listAuthKeys(db, scope);
      return keys.map((key) => ({
        id: key.id,
        name: key.name,
        key_prefix: key.keyPrefix,
        used_count: key.usedCount,
        max_uses: key.maxUses ?? (key.reusable ? null : 1),
        ephemeral: key.ephemeral,
        revoked: key.revoked,
        expires_at: key.expiresAt.toISOString(),
        allowed_tags: key.allowedTags,
        allowed_cidrs: key.allowedCidrs ?? [],
      }));
    },
    "auth-key-revoke": async (input) => {
      const { org_id, key_id } = readInput(RevokedKey, input);
      const by = await asOperator(db, org_id);
      const machineIds = await revokeKey(db, by, key_id);
      onQuarantined(by.scope, machineIds);
      return { machines_quarantined: machineIds.length };
    },
  }) satisfies Record<string, LocalCommand>;
