/**
 * What `/api/db` shows: tables, their columns, and who may read them. A table or column that is not here does not
 * exist for it; secrets (hashes, sealed keys) are in no entry.
 */
import type { DbTable, Right } from "@sallyport/protocol";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import {
  aclRules,
  auditLogs,
  authKeys,
  authKeyUses,
  desktopSessions,
  machines,
  orgMembers,
} from "../../platform/db/schema.ts";

export interface ReadableTable {
  table: PgTable;
  /** The column that holds the tenant; every query is bound to it. */
  org: PgColumn;
  id: PgColumn;
  columns: Record<string, PgColumn>;
  right: Right;
}

export const READABLE_TABLES: Record<DbTable, ReadableTable> = {
  machines: {
    table: machines,
    org: machines.orgId,
    id: machines.id,
    right: "member",
    columns: {
      id: machines.id,
      org_id: machines.orgId,
      name: machines.name,
      kind: machines.kind,
      status: machines.status,
      tailnet_ip: machines.tailnetIp,
      os: machines.os,
      version: machines.version,
      ephemeral: machines.ephemeral,
      session_enabled: machines.sessionEnabled,
      admin_disabled: machines.adminDisabled,
      owner_id: machines.ownerId,
      tags: machines.tags,
      last_seen: machines.lastSeen,
      created_at: machines.createdAt,
    },
  },
  auth_keys: {
    table: authKeys,
    org: authKeys.orgId,
    id: authKeys.id,
    right: "admin",
    columns: {
      id: authKeys.id,
      org_id: authKeys.orgId,
      name: authKeys.name,
      key_prefix: authKeys.keyPrefix,
      reusable: authKeys.reusable,
      ephemeral: authKeys.ephemeral,
      revoked: authKeys.revoked,
      used_count: authKeys.usedCount,
      created_by: authKeys.createdBy,
      created_at: authKeys.createdAt,
      expires_at: authKeys.expiresAt,
    },
  },
  auth_key_uses: {
    table: authKeyUses,
    org: authKeyUses.orgId,
    id: authKeyUses.id,
    right: "auditor",
    columns: { id: authKeyUses.id, org_id: authKeyUses.orgId },
  },
  acl_rules: {
    table: aclRules,
    org: aclRules.orgId,
    id: aclRules.id,
    right: "member",
    columns: { id: aclRules.id, org_id: aclRules.orgId },
  },
  remote_desktop_sessions: {
    table: desktopSessions,
    org: desktopSessions.orgId,
    id: desktopSessions.id,
    right: "auditor",
    columns: { id: desktopSessions.id, org_id: desktopSessions.orgId },
  },
  org_members: {
    table: orgMembers,
    org: orgMembers.orgId,
    id: orgMembers.id,
    right: "member",
    columns: {
      id: orgMembers.id,
      org_id: orgMembers.orgId,
      user_id: orgMembers.userId,
      role: orgMembers.role,
      created_at: orgMembers.createdAt,
    },
  },
  audit_logs: {
    table: auditLogs,
    org: auditLogs.orgId,
    id: auditLogs.id,
    right: "auditor",
    columns: {
      id: auditLogs.id,
      org_id: auditLogs.orgId,
      seq: auditLogs.seq,
      action: auditLogs.action,
      resource_type: auditLogs.resourceType,
      resource_id: auditLogs.resourceId,
      actor_id: auditLogs.actorId,
      metadata: auditLogs.metadata,
      ip_address: auditLogs.ipAddress,
      created_at: auditLogs.createdAt,
      prev_hash: auditLogs.prevHash,
      hash: auditLogs.hash,
    },
  },
};
