import type { LiveStatus } from "./live-socket.ts";

/**
 * The first part of the key of every query whose answer changes only with something that is recorded in the audit log: they
 * are read again when the server says that something was.
 */
export const RECORDS = "records";

/** The second part of those that show the log itself, refusals too. */
export const AUDIT = "audit";

/** While changes are not announced, and, far more rarely, while they are: a silent socket may be a dead one. */
export const RECORDS_POLL_MS: Record<LiveStatus, number> = { down: 10_000, up: 120_000 };
