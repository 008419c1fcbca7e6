/** Everything worth remembering, as a closed list: an event that is not here does not compile. */
export type AuditAction =
  | "org.created"
  | "org.plan_changed"
  | "org.settings_changed"
  | "member.added"
  | "member.role_changed"
  | "member.removed"
  | "auth_key.created"
  | "auth_key.revoked"
  | "auth_key.expired"
  | "auth_key.expiring"
  | "api_key.created"
  | "api_key.revoked"
  | "machine.registered"
  | "machine.enabled"
  | "machine.disabled"
  | "machine.renamed"
  | "machine.tags_changed"
  | "machine.sessions_switched"
  | "machine.deleted"
  | "machine.marked_offline"
  | "node.created"
  | "node.updated"
  | "node.token_rotated"
  | "agent.replaced"
  | "agent.clone_suspected"
  | "remote.session_created"
  | "session.connected"
  | "session.resumed"
  | "session.disconnected"
  | "session.command"
  | "session.command_started"
  | "session.command_ended"
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
  | "user.sign_in_refused"
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
  /** Facts as JSON. Never a secret or typed text; what a command wrote only where its organisation records that. */
  metadata: Record<string, unknown>;
  ipAddress: string | null;
}
