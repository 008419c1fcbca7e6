/** Everything worth remembering, as a closed list: an event that is not here does not compile. */
export type AuditAction =
  | "org.created"
  | "org.plan_changed"
  | "member.added"
  | "member.role_changed"
  | "member.removed"
  | "auth_key.created"
  | "auth_key.revoked"
  | "machine.registered"
  | "machine.enabled"
  | "machine.disabled"
  | "machine.renamed"
  | "machine.sessions_switched"
  | "machine.deleted"
  | "machine.marked_offline"
  | "remote.session_created"
  | "remote.shell_connected"
  | "remote.shell_resumed"
  | "remote.shell_disconnected"
  | "terminal_session_start"
  | "terminal_session_end"
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
