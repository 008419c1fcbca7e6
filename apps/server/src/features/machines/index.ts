export { authenticateNode } from "./authenticate-node.ts";
export { decideSessionsOff } from "./decide-sessions-off.ts";
export { machineForgetter } from "./forget-machine.ts";
export { type LinkClaims, markAllUnlinked, markUnlinked, setDesktopFacts, touchLinked } from "./links.store.ts";
export type { MachineEvents } from "./machine-events.ts";
export { bindMachines } from "./machines.http.ts";
export {
  findByNodeKey,
  findMachine,
  findMachineById,
  findMachineNow,
  findMachinesNow,
  findTarget,
  listMachinesNow,
  type Machine,
  type MachineNow,
  touchMachine,
  viewMachine,
} from "./machines.store.ts";
export { bindNodes } from "./nodes.http.ts";
export { Presence } from "./presence.ts";
export { Registrar } from "./register-machine.ts";
