import { randomUUID } from "node:crypto";
import { AppError } from "@sallyport/protocol";
import { eq, sql } from "drizzle-orm";
import { isUnreachable, type Queryable } from "../../platform/db/database.ts";
import { auditHeads, auditLogs } from "../../platform/db/schema.ts";
import type { AuditEvent } from "./audit-event.ts";
import { GENESIS, hashRow } from "./hash-chain.ts";

/** The chain of what belongs to no organisation. */
const SYSTEM_CHAIN = "system";

/**
 * Appends an event to its organisation's chain, in the caller's transaction: the act and its record commit together
 * or not at all. The head's row lock makes writers of one organisation take turns.
 *
 * @param tx a transaction, never the bare database: the lock must last until the act commits
 * @throws AppError `AUDIT_UNAVAILABLE` when the row cannot be written, so that the act does not happen either
 */
export async function recordEvent(tx: Queryable, event: AuditEvent): Promise<void> {
  const chain = event.orgId ?? SYSTEM_CHAIN;
  try {
    // Takes the next number and the row's lock in one step; the hash is still that of the row before.
    const [head] = await tx
      .insert(auditHeads)
      .values({ chain, seq: 1, hash: GENESIS })
      .onConflictDoUpdate({ target: auditHeads.chain, set: { seq: sql`${auditHeads.seq} + 1` } })
      .returning();
    if (!head) throw new Error("invariant: an audit chain has no head");
    const row = {
      id: randomUUID(),
      chain,
      seq: head.seq,
      org_id: event.orgId,
      action: event.action,
      resource_type: event.resourceType,
      resource_id: event.resourceId,
      actor_id: event.actorId,
      metadata: asStored(event.metadata),
      ip_address: event.ipAddress,
      created_at: new Date().toISOString(),
      prev_hash: head.hash,
    };
    const hash = hashRow(row);
    await tx.insert(auditLogs).values({
      id: row.id,
      chain,
      seq: row.seq,
      orgId: row.org_id,
      action: row.action,
      resourceType: row.resource_type,
      resourceId: row.resource_id,
      actorId: row.actor_id,
      metadata: row.metadata,
      ipAddress: row.ip_address,
      createdAt: sql`${row.created_at}::timestamptz`,
      prevHash: row.prev_hash,
      hash,
    });
    await tx.update(auditHeads).set({ hash }).where(eq(auditHeads.chain, chain));
  } catch (error) {
    if (isUnreachable(error)) throw error;
    throw new AppError("AUDIT_UNAVAILABLE", {}, { cause: error });
  }
}

/** What jsonb gives back: no undefined members, and no NUL, which it cannot hold. */
const asStored = (metadata: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(metadata).replaceAll("\\u0000", "\\ufffd")) as Record<string, unknown>;
