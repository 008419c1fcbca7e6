export { Diagnostics } from "./diagnostics.ts";
export { machineTools } from "./run-on-machine.ts";
export { bindTroubleshoot } from "./troubleshoot.http.ts";
