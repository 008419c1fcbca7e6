import type { Queryable } from "../../platform/db/database.ts";
import { recordEvents } from "../audit/index.ts";
import type { AuthKey } from "../auth-keys/index.ts";
import { eventOfKey } from "./expiry-events.ts";
import { claimWarnings } from "./key-expiry.store.ts";

/** Records a warning of each key that expires soon, once in its life; returns those keys. */
export async function warnOfExpiry(tx: Queryable): Promise<AuthKey[]> {
  const keys = await claimWarnings(tx);
  await recordEvents(
    tx,
    keys.map((key) => eventOfKey("auth_key.expiring", key)),
  );
  return keys;
}
