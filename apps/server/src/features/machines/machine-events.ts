import type { Machine } from "./machines.store.ts";

/** What other features are told about machines. The composition decides who listens. */
export interface MachineEvents {
  changed(machine: Machine): void;
  /** It may no longer be here: its link and its sessions end. */
  barred(machine: Machine, reason: string): void;
  sessionsSwitched(machine: Machine): void;
  /** Access rules may see it differently now. */
  tagged(machine: Machine): void;
  deleted(machine: Machine): void;
}
