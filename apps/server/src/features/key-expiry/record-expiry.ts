import type { Queryable } from "../../platform/db/database.ts";
import { type AuditAction, recordEvent } from "../audit/index.ts";
import type { AuthKey } from "../auth-keys/index.ts";
import type { Machine } from "../machines/index.ts";

export const recordOfKey = (tx: Queryable, action: AuditAction, { id, orgId, name, expiresAt }: AuthKey) =>
  recordEvent(tx, {
    action,
    orgId,
    resourceType: "auth_key",
    resourceId: id,
    actorId: null,
    metadata: { name, expires_at: expiresAt.toISOString() },
    ipAddress: null,
  });

export const recordOfMachine = (tx: Queryable, action: AuditAction, { id, orgId, name }: Machine, reason: string) =>
  recordEvent(tx, {
    action,
    orgId,
    resourceType: "machine",
    resourceId: id,
    actorId: null,
    metadata: { machine_name: name, reason },
    ipAddress: null,
  });
