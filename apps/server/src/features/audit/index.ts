export type { AuditAction, AuditEvent } from "./audit-event.ts";
export { recordEvent } from "./record-event.ts";
export { type ChainReport, verifyChains } from "./verify-chains.ts";
