export { tableGrants } from "./table-grants.ts";
export { bindTables } from "./tables.http.ts";
