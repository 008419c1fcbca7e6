/** Everything worth remembering, as a closed list: an event that is not here does not compile. */
export type AuditAction =
  | "org.created"
  | "org.plan_changed"
  | "member.added"
  | "member.role_changed"
  | "member.removed"
  | "auth_key.created"
  | "auth_key.revoked"
  | "auth_key.expired"
  | "auth_key.expiring"
  | "machine.registered"
  | "machine.enabled"
  | "machine.disabled"
  | "machine.renamed"
  | "machine.tags_changed"
  | "machine.sessions_switched"
  | "machine.deleted"
  | "machine.marked_offline"
  | "remote.session_created"
  | "remote.shell_connected"
  | "remote.shell_resumed"
  | "remote.shell_disconnected"
  | "remote.desktop_initiated"
  | "remote.desktop_connected"
  | "remote.desktop_disconnected"
  | "remote.desktop_terminated"
  | "remote.desktop_expired"
  | "remote.desktop_consent_approved"
  | "remote.desktop_consent_rejected"
  | "troubleshoot.started"
  | "troubleshoot.run"
  | "terminal_session_start"
  | "terminal_session_end"
  | "acl_rules.created"
  | "acl_rules.updated"
  | "acl_rules.deleted"
  | "user.signed_in"
  | "user.signed_out"
  | "access.denied"
  | "audit.exported"
  | "audit.erased"
  | "database.queried";

export interface AuditEvent {
  action: AuditAction;
  /** The tenant, or null for what belongs to none. */
  orgId: string | null;
  resourceType: string;
  resourceId: string | null;
  /** The person; null for the system itself. */
  actorId: string | null;
  /** Facts as JSON. Never a secret, never typed text or output. */
  metadata: Record<string, unknown>;
  ipAddress: string | null;
}
