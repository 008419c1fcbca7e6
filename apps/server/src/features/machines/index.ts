export { authenticateNode } from "./authenticate-node.ts";
export type { MachineEvents } from "./machine-events.ts";
export { bindMachines } from "./machines.http.ts";
export {
  findByNodeKey,
  findMachine,
  findMachineById,
  findMachineNow,
  findTarget,
  listMachinesNow,
  type Machine,
  touchLinked,
  touchMachine,
  viewMachine,
} from "./machines.store.ts";
export { Presence } from "./presence.ts";
export { Registrar } from "./register-machine.ts";
