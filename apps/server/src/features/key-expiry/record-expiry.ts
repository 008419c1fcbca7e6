import type { Queryable } from "../../platform/db/database.ts";
import { type AuditAction, type AuditEvent, recordEvents } from "../audit/index.ts";
import type { AuthKey } from "../auth-keys/index.ts";
import type { Machine } from "../machines/index.ts";

export const eventOfKey = (action: AuditAction, { id, orgId, name, expiresAt }: AuthKey): AuditEvent => ({
  action,
  orgId,
  resourceType: "auth_key",
  resourceId: id,
  actorId: null,
  metadata: { name, expires_at: expiresAt.toISOString() },
  ipAddress: null,
});

export const eventOfMachine = (action: AuditAction, { id, orgId, name }: Machine, reason: string): AuditEvent => ({
  action,
  orgId,
  resourceType: "machine",
  resourceId: id,
  actorId: null,
  metadata: { machine_name: name, reason },
  ipAddress: null,
});

/** Events of several organisations, one organisation after the other in the order of their ids. */
export async function recordAll(tx: Queryable, events: readonly AuditEvent[]): Promise<void> {
  for (const orgId of [...new Set(events.map((event) => event.orgId))].sort()) {
    await recordEvents(
      tx,
      orgId,
      events.filter((event) => event.orgId === orgId),
    );
  }
}
