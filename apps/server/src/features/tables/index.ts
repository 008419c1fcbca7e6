export { bindTables } from "./tables.http.ts";
