import { AppError } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { ScheduleRequest } from "../../platform/http/bind-endpoint.ts";
import { isSameSecret } from "../../platform/secrets/token.ts";
import type { Actor, ScheduleActor } from "../access/index.ts";
import { bearerToken } from "../auth/index.ts";
import { decideScheduleCaller } from "./decide-schedule-caller.ts";
import { listAdministered } from "./key-expiry.store.ts";

/**
 * Who calls `enforce-key-expiry`, and for which organisations.
 *
 * @throws AppError `UNAUTHORIZED`
 */
export async function authenticateSchedule(
  { authorization, cronSecret, isLoopback, isForwarded }: ScheduleRequest,
  {
    db,
    secret,
    authenticate,
  }: { db: Database; secret: string | undefined; authenticate(token: string | undefined): Promise<Actor> },
): Promise<ScheduleActor> {
  const bearer = bearerToken(authorization);
  const hasSecret =
    secret !== undefined && [bearer, cronSecret].some((given) => given !== undefined && isSameSecret(given, secret));
  const administers = hasSecret || bearer === undefined ? [] : await listAdministered(db, await authenticate(bearer));
  const decision = decideScheduleCaller({
    isSecretSet: secret !== undefined,
    hasSecret,
    administers,
    hasCredentials: authorization !== undefined || cronSecret !== undefined,
    isLoopback,
    isForwarded,
  });
  if (decision === "refused") throw new AppError("UNAUTHORIZED", {});
  return decision;
}
