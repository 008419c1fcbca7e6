export { type AuditSearch, readAuditSearch } from "./audit-filter.ts";
