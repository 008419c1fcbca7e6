export { showMachineEvent } from "./live-machines.ts";
export { readMachineFilter } from "./machine-filter.ts";
export { sortMachines } from "./machine-list.ts";
export { readMachineTab } from "./machine-tab.ts";
export { machineQueries } from "./machines.queries.ts";
export { MachinesPage } from "./machines-page.tsx";
export { shellRefusal } from "./presence.ts";
