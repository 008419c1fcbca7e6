export { Diagnostics } from "./diagnostics.ts";
export { bindTroubleshoot } from "./troubleshoot.http.ts";
