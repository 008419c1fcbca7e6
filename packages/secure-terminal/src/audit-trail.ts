import type { Log } from "./logger.ts";
import type { SessionToken } from "./session-token.ts";

/** One row of the guide's `AuditLog` table. `id` and `timestamp` are the table's own defaults (VT-095). */
export interface AuditRow {
  eventType: "terminal_session_start" | "terminal_session_end";
  userId: string;
  machineId: string;
  details: Record<string, unknown>;
}

/** What is used of a Prisma client, where it is there. Anything else with these methods will do. */
export interface PrismaLike {
  auditLog?: { create(args: { data: AuditRow }): PromiseLike<unknown> };
  machine?: { findUnique(args: { where: { id: string } }): PromiseLike<unknown> };
}

/** Writes sessions' beginnings and ends. Without a table it writes nothing, and says so once. */
export class AuditTrail {
  readonly #prisma: PrismaLike;

  constructor(prisma: PrismaLike, log: Log) {
    this.#prisma = prisma;
    if (!this.#table()) log("warn", "AuditLogMissing");
  }

  /** Rejects when the row could not be written. */
  async recordStart({ sessionId, userId, machineId, capabilities, expiresAt }: SessionToken): Promise<void> {
    const details = { sessionId, capabilities: [...capabilities], expiresAt };
    await this.#table()?.create({ data: { eventType: "terminal_session_start", userId, machineId, details } });
  }

  /** Rejects when the row could not be written. @param duration seconds */
  async recordEnd(token: SessionToken, duration: number, cause: "ended" | "expired"): Promise<void> {
    const { sessionId, userId, machineId } = token;
    const details = { sessionId, duration, ...(cause === "expired" ? { cause } : {}) };
    await this.#table()?.create({ data: { eventType: "terminal_session_end", userId, machineId, details } });
  }

  #table(): PrismaLike["auditLog"] {
    const table = this.#prisma.auditLog;
    return typeof table?.create === "function" ? table : undefined;
  }
}
