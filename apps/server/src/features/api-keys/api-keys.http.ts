import type { ApiKeyView, apiKeyActions } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { Answers } from "../../platform/http/bind-endpoint.ts";
import type { ApiCallers } from "../access/index.ts";
import type { KeyRow } from "./api-keys.store.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./manage-api-keys.ts";

interface ApiKeyDeps {
  db: Database;
  /** Ends what a revoked key has opened. */
  onSignOut(signInId: string): void;
}

/** The API keys' part of `POST /api/key-management`. */
export const apiKeyAnswers = ({ db, onSignOut }: ApiKeyDeps): Answers<typeof apiKeyActions, ApiCallers> => ({
  create_api_key: async ({ input, ...by }) => {
    const { id, key, keyPrefix, role, expiresAt } = await createApiKey(db, by, input);
    return { id, key, key_prefix: keyPrefix, name: input.name, role, expires_at: expiresAt.toISOString() };
  },
  list_api_keys: async (by) => ({ keys: (await listApiKeys(db, by)).map(viewKey) }),
  revoke_api_key: async ({ input, ...by }) => {
    const { id, ended } = await revokeApiKey(db, by, input.key_id);
    for (const signInId of ended) onSignOut(signInId);
    return { revoked: id, keys_revoked: ended.length };
  },
});

const viewKey = (row: KeyRow): ApiKeyView => ({
  id: row.id,
  name: row.name,
  key_prefix: row.keyPrefix,
  role: row.role,
  user_id: row.userId,
  user_email: row.userEmail,
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
  revoked_at: row.revokedAt?.toISOString() ?? null,
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
});
