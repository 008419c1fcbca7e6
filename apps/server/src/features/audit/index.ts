export { bindAudit } from "./audit.http.ts";
export { AuditCopy } from "./audit-copy.ts";
export type { AuditAction, AuditEvent } from "./audit-event.ts";
export { AuditSigner } from "./audit-signer.ts";
export { AuditUpkeep } from "./audit-upkeep.ts";
export { KeptHeads } from "./kept-heads.ts";
export { recordEvent, recordEvents } from "./record-event.ts";
export { RefusalLog } from "./refusal-log.ts";
export { ChainAuditor } from "./verify-chains.ts";
