import type { Queryable } from "../../platform/db/database.ts";
import type { AuthKey } from "../auth-keys/index.ts";
import { claimWarnings } from "./key-expiry.store.ts";
import { eventOfKey, recordAll } from "./record-expiry.ts";

/** Records a warning of each key that expires soon, once in its life; returns those keys. */
export async function warnOfExpiry(tx: Queryable): Promise<AuthKey[]> {
  const keys = await claimWarnings(tx);
  await recordAll(
    tx,
    keys.map((key) => eventOfKey("auth_key.expiring", key)),
  );
  return keys;
}
