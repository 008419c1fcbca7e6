import { AppError } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import type { Actor } from "../access/index.ts";
import { findKeyActor, markUsed } from "./api-keys.store.ts";

/**
 * Whom an API key speaks for. It is looked up each time, so a key that was revoked a moment ago is none.
 *
 * @throws AppError `UNAUTHORIZED`
 */
export async function authenticateApiKey(db: Queryable, key: string): Promise<Actor> {
  const found = await findKeyActor(db, hashSecret(key));
  if (!found) throw new AppError("UNAUTHORIZED", {});
  const { isUseStale, ...actor } = found;
  if (isUseStale) await markUsed(db, actor.signInId);
  return actor;
}
