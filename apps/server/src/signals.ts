/** What a node does about a signal of another one: it looks at the database, and acts on what it finds there. */
import type { AccessReactions } from "./access-reactions.ts";
import type { Dashboards } from "./features/dashboard/index.ts";
import type { DesktopDelivery } from "./features/desktop/index.ts";
import type { DuplicateAgents, LinkRegistry, Sightings } from "./features/link/index.ts";
import { findMachineById, viewMachine } from "./features/machines/index.ts";
import {
  findSessions,
  type MachineCommands,
  type SessionAuthority,
  type SessionWatch,
  type ShellSessions,
} from "./features/shell/index.ts";
import type { MachineReactions } from "./machine-reactions.ts";
import type { Signal } from "./platform/bus/message-bus.ts";
import type { Database } from "./platform/db/database.ts";
import type { Logger } from "./platform/logger.ts";

export interface SignalDeps {
  db: Database;
  logger: Logger;
  links: LinkRegistry;
  duplicates: DuplicateAgents;
  sightings: Sightings;
  sessions: ShellSessions;
  authority: SessionAuthority;
  watch: SessionWatch;
  dashboards: Dashboards;
  commands: MachineCommands;
  desktops: DesktopDelivery;
  access: AccessReactions;
  machines: MachineReactions;
}

export function hearSignal(signal: Signal, deps: SignalDeps): void {
  act(signal, deps).catch((error: unknown) => {
    // The watch looks at the same rows soon.
    deps.logger.warn({ err: error, signal: signal.type }, "a signal could not be acted upon");
  });
}

async function act(signal: Signal, deps: SignalDeps): Promise<void> {
  const { db, links, sessions, dashboards } = deps;
  switch (signal.type) {
    case "attach":
      if (links.find(signal.machine_id)) await deps.watch.passOn(signal.session_id);
      return;
    case "session": {
      dashboards.publish(signal.org_id, { type: "sessions.changed" });
      const isHere = sessions.find(signal.session_id) !== undefined;
      if (!isHere && !links.find(signal.machine_id)) return;
      const rows = await findSessions(db, [signal.session_id]);
      sessions.applyRows([signal.session_id], rows);
      for (const row of rows) if (row.status === "ended") deps.commands.end(row, row.cause ?? "ended");
      return;
    }
    case "desktop":
      return deps.desktops.hear(signal.session_id, signal);
    case "linked": {
      const link = links.find(signal.machine_id);
      if (signal.host_id) deps.sightings.isBack(signal.machine_id, signal.host_id);
      if (link && link.openedAt < signal.at) {
        if (signal.host_id && link.hostId !== signal.host_id) await deps.duplicates.replaced(link.machine, null);
        link.replace();
      }
      return sessions.machineLinked(signal.machine_id);
    }
    case "machine":
      return machineChanged(signal, deps);
    case "rights":
      return deps.access.rightsChanged(signal.org_id);
    case "sign_in":
      return deps.access.signedOut(signal.sign_in_id);
    default:
      signal satisfies never;
  }
}

async function machineChanged(
  { org_id: orgId, machine_id: machineId }: Extract<Signal, { type: "machine" }>,
  { db, links, dashboards, machines }: SignalDeps,
): Promise<void> {
  const machine = await findMachineById(db, machineId);
  if (!machine || machine.orgId !== orgId) {
    dashboards.publish(orgId, { type: "machine.deleted", machine_id: machineId });
    return machines.endOf(machineId, "the machine was deleted");
  }
  dashboards.publish(orgId, { type: "machine.changed", machine: viewMachine(machine) });
  machines.enrolledAnew(machine);
  const link = links.find(machineId);
  if (link?.isOfFormer(machine)) return;
  if (link && !link.isStillOf(machine)) await machines.endOf(machineId, "this machine may not be here any more");
  else link?.renamed(machine.name);
  machines.recheckSessions(machine);
}
