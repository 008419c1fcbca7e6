import type { ScheduleActor } from "../access/index.ts";

/** What is known about somebody who calls `enforce-key-expiry`. */
export interface ScheduleFacts {
  /** Whether the server has a CRON_SECRET at all. */
  isSecretSet: boolean;
  /** Whether the caller showed it. */
  hasSecret: boolean;
  /** The organisations that the caller's JWT, if it is a good one, administers. */
  administers: readonly string[];
  /** Whether the caller showed anything, good or not. */
  hasCredentials: boolean;
  /** Whether the connection itself comes from this machine. */
  isLoopback: boolean;
  /** Whether a proxy says that it speaks for another. */
  isForwarded: boolean;
}

/**
 * Whose keys and machines a caller may have dealt with. A wrong credential is never taken for none: a cron job
 * with a typing error must hear of it, and so must an attacker's page that makes a browser on this machine call. Pure.
 */
export function decideScheduleCaller({
  isSecretSet,
  hasSecret,
  administers,
  hasCredentials,
  isLoopback,
  isForwarded,
}: ScheduleFacts): ScheduleActor | "refused" {
  if (hasSecret) return { orgIds: "all" };
  if (administers.length > 0) return { orgIds: administers };
  const isThisMachine = isLoopback && !isForwarded;
  return !hasCredentials && !isSecretSet && isThisMachine ? { orgIds: "all" } : "refused";
}
