import type { AuditAction, AuditEvent } from "../audit/index.ts";
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
