import { randomUUID } from "node:crypto";
import { AppError } from "@sallyport/protocol";
import { eq, sql } from "drizzle-orm";
import { isGivenUp, isUnreachable, type Queryable } from "../../platform/db/database.ts";
import { auditHeads, auditLogs } from "../../platform/db/schema.ts";
import type { AuditEvent } from "./audit-event.ts";
import { fitMetadata, storableText } from "./fit-metadata.ts";
import { GENESIS, hashRow, SYSTEM_CHAIN } from "./hash-chain.ts";

/**
 * Appends an event to its organisation's chain, in the caller's transaction: the act and its record commit together
 * or not at all. The head's row lock makes writers of one organisation take turns.
 *
 * @param tx a transaction, never the bare database: the lock must last until the act commits
 * @throws AppError `AUDIT_UNAVAILABLE` when the row cannot be written, so that the act does not happen either
 */
export const recordEvent = (tx: Queryable, event: AuditEvent): Promise<void> => recordEvents(tx, [event]);

/** The same for several events in their order, for little more than the price of one per organisation. */
export async function recordEvents(tx: Queryable, events: readonly AuditEvent[]): Promise<void> {
  // The organisations in one order, whoever writes: two that need each other's chains must not wait for each other.
  for (const orgId of [...new Set(events.map((event) => event.orgId))].sort()) {
    await append(
      tx,
      orgId,
      events.filter((event) => event.orgId === orgId),
    );
  }
}

async function append(tx: Queryable, orgId: string | null, events: readonly AuditEvent[]): Promise<void> {
  const chain = orgId ?? SYSTEM_CHAIN;
  try {
    // Takes the numbers and the row's lock in one step; the hash is still that of the row before.
    const [head] = await tx
      .insert(auditHeads)
      .values({ chain, seq: events.length, hash: GENESIS })
      .onConflictDoUpdate({ target: auditHeads.chain, set: { seq: sql`${auditHeads.seq} + ${events.length}::int` } })
      .returning();
    if (!head) throw new Error("invariant: an audit chain has no head");
    let { hash } = head;
    const rows = events.map((event, index) => {
      const row = {
        id: randomUUID(),
        chain,
        seq: head.seq - events.length + 1 + index,
        org_id: orgId,
        action: event.action,
        resource_type: event.resourceType,
        resource_id: event.resourceId === null ? null : storableText(event.resourceId),
        actor_id: event.actorId,
        metadata: fitMetadata(event.metadata),
        ip_address: event.ipAddress,
        created_at: new Date().toISOString(),
        prev_hash: hash,
      };
      hash = hashRow(row);
      return { row, hash };
    });
    await tx.insert(auditLogs).values(
      rows.map(({ row, hash }) => ({
        id: row.id,
        chain,
        seq: row.seq,
        orgId,
        action: row.action,
        resourceType: row.resource_type,
        resourceId: row.resource_id,
        actorId: row.actor_id,
        metadata: row.metadata,
        ipAddress: row.ip_address,
        createdAt: sql`${row.created_at}::timestamptz`,
        prevHash: row.prev_hash,
        hash,
      })),
    );
    await tx.update(auditHeads).set({ hash }).where(eq(auditHeads.chain, chain));
  } catch (error) {
    if (isUnreachable(error) || isGivenUp(error)) throw error;
    throw new AppError("AUDIT_UNAVAILABLE", {}, { cause: error });
  }
}
