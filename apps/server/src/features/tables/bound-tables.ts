/**
 * What `/api/db` has, bound to the database: every column that the registry declares, and no other. A table or column
 * that is not here does not exist for it.
 */
import {
  AppError,
  authKeyApi,
  DB_TABLES,
  type DbTable,
  desktopApi,
  machineAdminApi,
  machineApi,
  organisationApi,
  TABLES,
  type TablePolicy,
} from "@sallyport/protocol";
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
import { parseSelector } from "../access/index.ts";

type ColumnOf<Name extends DbTable> = (typeof TABLES)[Name]["columns"][number];

interface Binding<Name extends DbTable> {
  table: PgTable;
  columns: Record<ColumnOf<Name>, PgColumn>;
  /** Of a table that is not written here: where to POST instead. */
  instead?: string;
  /** What a contract cannot say about a value: in words what is wrong with it, if anything. */
  checks?: { [Column in ColumnOf<Name>]?: (value: unknown) => string | undefined };
}

const isSelector = (value: unknown): string | undefined =>
  parseSelector(String(value)) ? undefined : "must be *, a machine's name, an address, a subnet or tag:NAME";

const BINDINGS: { [Name in DbTable]: Binding<Name> } = {
  machines: {
    table: machines,
    instead: machineAdminApi.path,
    columns: {
      id: machines.id,
      org_id: machines.orgId,
      name: machines.name,
      kind: machines.kind,
      agent_id: machines.agentId,
      status: machines.status,
      tailnet_ip: machines.tailnetIp,
      os: machines.os,
      version: machines.version,
      ephemeral: machines.ephemeral,
      session_enabled: machines.sessionEnabled,
      agent_session_enabled: machines.agentSessionEnabled,
      admin_disabled: machines.adminDisabled,
      owner_id: machines.ownerId,
      auth_key_id: machines.authKeyId,
      tags: machines.tags,
      desktop: machines.desktop,
      last_seen: machines.lastSeen,
      connected_at: machines.connectedAt,
      created_at: machines.createdAt,
    },
  },
  auth_keys: {
    table: authKeys,
    instead: authKeyApi.path,
    columns: {
      id: authKeys.id,
      org_id: authKeys.orgId,
      name: authKeys.name,
      key_prefix: authKeys.keyPrefix,
      reusable: authKeys.reusable,
      ephemeral: authKeys.ephemeral,
      revoked: authKeys.revoked,
      used_count: authKeys.usedCount,
      max_uses: authKeys.maxUses,
      allowed_tags: authKeys.allowedTags,
      allowed_cidrs: authKeys.allowedCidrs,
      created_by: authKeys.createdBy,
      created_at: authKeys.createdAt,
      expires_at: authKeys.expiresAt,
      revoked_at: authKeys.revokedAt,
    },
  },
  auth_key_uses: {
    table: authKeyUses,
    instead: machineApi.register.path,
    columns: {
      id: authKeyUses.id,
      org_id: authKeyUses.orgId,
      auth_key_id: authKeyUses.authKeyId,
      machine_id: authKeyUses.machineId,
      machine_name: authKeyUses.machineName,
      outcome: authKeyUses.outcome,
      ip_address: authKeyUses.ipAddress,
      created_at: authKeyUses.createdAt,
    },
  },
  acl_rules: {
    table: aclRules,
    checks: { source: isSelector, destination: isSelector },
    columns: {
      id: aclRules.id,
      org_id: aclRules.orgId,
      name: aclRules.name,
      action: aclRules.action,
      source: aclRules.source,
      destination: aclRules.destination,
      protocol: aclRules.protocol,
      priority: aclRules.priority,
      enabled: aclRules.enabled,
      description: aclRules.description,
      created_by: aclRules.createdBy,
      created_at: aclRules.createdAt,
      updated_at: aclRules.updatedAt,
    },
  },
  org_members: {
    table: orgMembers,
    instead: organisationApi.path,
    columns: {
      id: orgMembers.id,
      org_id: orgMembers.orgId,
      user_id: orgMembers.userId,
      role: orgMembers.role,
      created_at: orgMembers.createdAt,
    },
  },
  remote_desktop_sessions: {
    table: desktopSessions,
    instead: desktopApi.path,
    columns: {
      id: desktopSessions.id,
      org_id: desktopSessions.orgId,
      machine_id: desktopSessions.machineId,
      viewer_user_id: desktopSessions.viewerUserId,
      viewer_machine_id: desktopSessions.viewerMachineId,
      session_type: desktopSessions.sessionType,
      status: desktopSessions.status,
      consent_required: desktopSessions.consentRequired,
      consent_granted: desktopSessions.consentGranted,
      consent_by: desktopSessions.consentBy,
      consent_at: desktopSessions.consentAt,
      ip_address: desktopSessions.ipAddress,
      created_at: desktopSessions.createdAt,
      started_at: desktopSessions.startedAt,
      ended_at: desktopSessions.endedAt,
      duration_seconds: desktopSessions.durationSeconds,
      end_reason: desktopSessions.endReason,
      ended_by: desktopSessions.endedBy,
    },
  },
  audit_logs: {
    table: auditLogs,
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

export interface BoundTable {
  name: DbTable;
  policy: TablePolicy;
  table: PgTable;
  columns: Readonly<Record<string, PgColumn>>;
  /** The column that holds the tenant; every statement is bound to it. */
  org: PgColumn;
  id: PgColumn;
  instead: string | undefined;
  checks: Readonly<Record<string, (value: unknown) => string | undefined>>;
}

export const BOUND_TABLES: readonly BoundTable[] = DB_TABLES.map((name) => {
  const { table, columns, instead, checks = {} } = BINDINGS[name];
  return { name, policy: TABLES[name], table, columns, org: columns.org_id, id: columns.id, instead, checks };
});

/** @throws AppError `NOT_FOUND`, for a table of the database that is not shown as for one that is none */
export function findTable(name: string): BoundTable {
  const found = BOUND_TABLES.find((table) => table.name === name);
  if (!found) throw new AppError("NOT_FOUND", { what: "Table" });
  return found;
}

/** @throws AppError `UNKNOWN_COLUMN` */
export function findColumn({ columns }: Pick<BoundTable, "columns">, name: string): PgColumn {
  const found = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!found) throw new AppError("UNKNOWN_COLUMN", { column: name.slice(0, 64) });
  return found;
}
