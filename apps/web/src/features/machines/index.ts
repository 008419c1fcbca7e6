export { showMachineEvent } from "./live-machines.ts";
export { sortMachines } from "./machine-list.ts";
export { machineQueries } from "./machines.queries.ts";
export { shellRefusal } from "./presence.ts";
