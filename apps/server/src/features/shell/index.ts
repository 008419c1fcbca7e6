export { bindShell } from "./shell.http.ts";
export { shellRoute, streamRoute } from "./shell.live.ts";
export { findOrgOfMachine } from "./shell.store.ts";
export { SHELL_GUARD } from "./shell-guard.ts";
export { ShellSessions } from "./shell-sessions.ts";
export { terminalAuditHandle } from "./terminal-audit-handle.ts";
