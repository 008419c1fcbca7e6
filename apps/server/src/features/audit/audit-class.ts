import type { AuditClass } from "@sallyport/protocol";
import type { AuditAction } from "./audit-event.ts";

/** Which events are kept for the same time: who came in where, who changed what, who was turned away, what we did. */
const CLASSES = {
  "org.created": "admin",
  "org.plan_changed": "admin",
  "member.added": "admin",
  "member.role_changed": "admin",
  "member.removed": "admin",
  "auth_key.created": "admin",
  "auth_key.revoked": "admin",
  "auth_key.expired": "system",
  "auth_key.expiring": "system",
  "machine.registered": "admin",
  "machine.enabled": "admin",
  "machine.disabled": "admin",
  "machine.renamed": "admin",
  "machine.tags_changed": "admin",
  "machine.sessions_switched": "admin",
  "machine.deleted": "admin",
  "machine.marked_offline": "system",
  "remote.session_created": "access",
  "remote.shell_connected": "access",
  "remote.shell_resumed": "access",
  "remote.shell_disconnected": "access",
  "remote.desktop_initiated": "access",
  "remote.desktop_connected": "access",
  "remote.desktop_disconnected": "access",
  "remote.desktop_terminated": "access",
  "remote.desktop_expired": "access",
  "remote.desktop_consent_approved": "access",
  "remote.desktop_consent_rejected": "access",
  "troubleshoot.started": "access",
  "troubleshoot.run": "access",
  terminal_session_start: "access",
  terminal_session_end: "access",
  "acl_rules.created": "admin",
  "acl_rules.updated": "admin",
  "acl_rules.deleted": "admin",
  "user.signed_in": "access",
  "user.signed_out": "access",
  "access.denied": "denied",
  "audit.exported": "admin",
  "audit.erased": "system",
  "database.queried": "admin",
} as const satisfies Record<AuditAction, AuditClass>;

/** The events of a class. A row whose action is not known any more is in none, and so is kept. */
export const actionsOfClass = (auditClass: AuditClass): AuditAction[] =>
  (Object.keys(CLASSES) as AuditAction[]).filter((action) => CLASSES[action] === auditClass);
