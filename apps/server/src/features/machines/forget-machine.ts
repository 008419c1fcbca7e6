import type { Database, Queryable } from "../../platform/db/database.ts";
import { administerMachine, type By } from "./administer-machine.ts";
import type { MachineEvents } from "./machine-events.ts";
import { deleteMachine, findMachine, type Machine } from "./machines.store.ts";

/** Deletes a machine of any kind. @throws AppError `NOT_FOUND` */
export type ForgetMachine = (by: By, machineId: string) => Promise<Machine>;

export function machineForgetter({
  db,
  events,
  endSessions,
}: {
  db: Database;
  events: MachineEvents;
  /** Ends a machine's sessions in the transaction that deletes it; call what it returns after the commit. */
  endSessions(tx: Queryable, machineId: string): Promise<() => void>;
}): ForgetMachine {
  return async (by, machineId) => {
    let tellSessions = () => {};
    const machine = await administerMachine(db, by, "machine.deleted", {}, async (tx) => {
      if (await findMachine(tx, by.scope, machineId)) tellSessions = await endSessions(tx, machineId);
      return deleteMachine(tx, by.scope, machineId);
    });
    tellSessions();
    events.deleted(machine);
    return machine;
  };
}
