import { randomUUID } from "node:crypto";
import { Batches } from "../../platform/batches.ts";
import type { Database } from "../../platform/db/database.ts";
import { terminalAuditLog } from "../../platform/db/schema.ts";
import { type AuditEvent, recordEvents } from "../audit/index.ts";
import { findOrgsOfMachines } from "./shell-tokens.store.ts";

interface TerminalAuditRow {
  eventType: string;
  userId: string;
  machineId: string | null;
  details: unknown;
}

/**
 * The Prisma-like handle of SecureRemoteTerminalService: its own table, as its guide has it, and the canonical audit
 * record beside it, in one transaction. Sessions that begin or end together share one.
 */
export function terminalAuditHandle(db: Database) {
  const rows = new Batches<TerminalAuditRow, undefined>((batch) => write(db, batch));
  return { auditLog: { create: ({ data }: { data: TerminalAuditRow }): Promise<void> => rows.add(data) } };
}

async function write(db: Database, batch: readonly TerminalAuditRow[]): Promise<undefined[]> {
  await db.transaction(async (tx) => {
    await tx.insert(terminalAuditLog).values(
      batch.map(({ eventType, userId, machineId, details }) => ({
        id: randomUUID(),
        eventType,
        userId,
        machineId,
        details,
      })),
    );
    const orgs = await findOrgsOfMachines(
      tx,
      batch.flatMap(({ machineId }) => machineId ?? []),
    );
    await recordEvents(
      tx,
      batch.map((row) => eventOf(row, orgs)),
    );
  });
  return batch.map(() => undefined);
}

function eventOf({ eventType, userId, machineId, details }: TerminalAuditRow, orgs: Map<string, string>): AuditEvent {
  if (eventType !== "terminal_session_start" && eventType !== "terminal_session_end") {
    throw new Error(`invariant: an event ${eventType} that we do not know`);
  }
  return {
    action: eventType,
    orgId: (machineId && orgs.get(machineId)) ?? null,
    resourceType: "machine",
    resourceId: machineId,
    actorId: userId,
    metadata: details as Record<string, unknown>,
    ipAddress: null,
  };
}
