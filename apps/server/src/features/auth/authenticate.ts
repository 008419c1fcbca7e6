import { AppError } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import type { Actor } from "../access/index.ts";
import type { AccessTokens } from "./access-token.ts";
import { isSignInAlive } from "./auth.store.ts";

/**
 * Who a JWT stands for. The sign-in behind it is looked up each time, so signing out or disabling an
 * account works at once although the token itself is valid for hours.
 *
 * @throws AppError `UNAUTHORIZED`
 */
export async function authenticateToken(
  db: Queryable,
  tokens: AccessTokens,
  token: string | undefined,
): Promise<Actor> {
  const claims = token === undefined ? undefined : tokens.read(token);
  if (!claims || !(await isSignInAlive(db, claims.sid, claims.sub))) throw new AppError("UNAUTHORIZED", {});
  return { userId: claims.sub, email: claims.email, signInId: claims.sid, limits: null };
}

/** The token of an `Authorization: Bearer …` header. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer ([^\s]+)$/i.exec(authorization ?? "")?.[1];
