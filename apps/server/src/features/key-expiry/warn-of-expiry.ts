import type { Queryable } from "../../platform/db/database.ts";
import type { AuthKey } from "../auth-keys/index.ts";
import { claimWarnings } from "./key-expiry.store.ts";
import { recordOfKey } from "./record-expiry.ts";

/** Records a warning of each key that expires soon, once in its life; returns those keys. */
export async function warnOfExpiry(tx: Queryable): Promise<AuthKey[]> {
  const keys = await claimWarnings(tx);
  for (const key of keys) await recordOfKey(tx, "auth_key.expiring", key);
  return keys;
}
