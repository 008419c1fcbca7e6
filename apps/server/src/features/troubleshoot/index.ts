export { Diagnostics, type MachineTools } from "./diagnostics.ts";
export { bindTroubleshoot } from "./troubleshoot.http.ts";
