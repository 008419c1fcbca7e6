import { randomUUID } from "node:crypto";
import type { Database } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { terminalAuditLog } from "../../platform/db/schema.ts";
import { recordEvent } from "../audit/index.ts";
import { findOrgOfMachine } from "./shell-tokens.store.ts";

interface TerminalAuditRow {
  eventType: string;
  userId: string;
  machineId: string | null;
  details: unknown;
}

/**
 * The Prisma-like handle of SecureRemoteTerminalService: its own table, as its guide has it, and the canonical audit
 * record beside it, in one transaction.
 */
export function terminalAuditHandle(db: Database) {
  return {
    auditLog: {
      async create({ data }: { data: TerminalAuditRow }): Promise<void> {
        const { eventType, userId, machineId, details } = data;
        if (eventType !== "terminal_session_start" && eventType !== "terminal_session_end") {
          throw new Error(`invariant: an event ${eventType} that we do not know`);
        }
        await db.transaction(async (tx) => {
          await tx.insert(terminalAuditLog).values({ id: randomUUID(), eventType, userId, machineId, details });
          await recordEvent(tx, {
            action: eventType,
            orgId: machineId && isUuid(machineId) ? await findOrgOfMachine(tx, machineId) : null,
            resourceType: "machine",
            resourceId: machineId,
            actorId: userId,
            metadata: details as Record<string, unknown>,
            ipAddress: null,
          });
        });
      },
    },
  };
}
