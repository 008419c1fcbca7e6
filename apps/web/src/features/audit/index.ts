export { readAuditSearch } from "./audit-filter.ts";
