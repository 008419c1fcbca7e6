import type { MachineView } from "@sallyport/protocol";
import type { QueryClient } from "@tanstack/react-query";
import { applyEvent, type MachineEvent, machineFeed } from "./machine-feed.ts";
import { machineQueries } from "./machines.queries.ts";

/** Brings an announcement into the lists that pages show. */
export function showMachineEvent(queries: QueryClient, orgId: string, event: MachineEvent): void {
  if (event.type === "machine.changed" && event.machine.org_id !== orgId) return;
  machineFeed.heard(event);
  queries.setQueryData<MachineView[]>(
    [...machineQueries.all, orgId],
    (machines) => machines && applyEvent(machines, event),
  );
}
