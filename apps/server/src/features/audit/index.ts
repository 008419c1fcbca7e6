export type { AuditAction } from "./audit-event.ts";
export { recordEvent } from "./record-event.ts";
export { verifyChains } from "./verify-chains.ts";
