/** What follows from what happens to machines: who is told, and what is open on them and may not stay. */
import type { Dashboards } from "./features/dashboard/index.ts";
import type { DesktopWatch } from "./features/desktop/index.ts";
import type { DuplicateAgents, LinkRegistry, Sightings } from "./features/link/index.ts";
import { decideSessionsOff, type Machine, type MachineEvents, viewMachine } from "./features/machines/index.ts";
import type { SessionAuthority } from "./features/shell/index.ts";
import type { MessageBus } from "./platform/bus/message-bus.ts";
import type { Queryable } from "./platform/db/database.ts";

export interface MachineReactionsDeps {
  links: LinkRegistry;
  duplicates: DuplicateAgents;
  sightings: Sightings;
  dashboards: Dashboards;
  bus: MessageBus;
  authority: SessionAuthority;
  desktopWatch: DesktopWatch;
  /** Access rules may see machines of the organisation differently. */
  onRightsChanged(orgId: string): void;
}

export class MachineReactions implements MachineEvents {
  readonly #deps: MachineReactionsDeps;

  constructor(deps: MachineReactionsDeps) {
    this.#deps = deps;
  }

  /** Tells everybody but the machine itself. */
  announce(machine: Machine): void {
    const { dashboards, bus } = this.#deps;
    dashboards.publish(machine.orgId, { type: "machine.changed", machine: viewMachine(machine) });
    bus.publish({ type: "machine", org_id: machine.orgId, machine_id: machine.id });
  }

  changed(machine: Machine): void {
    this.announce(machine);
    this.#deps.links.find(machine.id)?.renamed(machine.name);
  }

  barred(machine: Machine, reason: string): void {
    this.announce(machine);
    void this.endOf(machine.id, reason);
  }

  sessionsSwitched(machine: Machine): void {
    this.announce(machine);
    this.recheckSessions(machine);
  }

  /** Ends what is open on a machine that takes no sessions any more. */
  recheckSessions(machine: Machine): void {
    if (decideSessionsOff(machine) === undefined) return;
    const { authority, desktopWatch } = this.#deps;
    void authority.recheck({ machineId: machine.id });
    void desktopWatch.recheck({ machineId: machine.id });
  }

  tagged(machine: Machine): void {
    this.announce(machine);
    this.#deps.onRightsChanged(machine.orgId);
  }

  deleted({ id, orgId }: Machine): void {
    const { dashboards, bus } = this.#deps;
    dashboards.publish(orgId, { type: "machine.deleted", machine_id: id });
    bus.publish({ type: "machine", org_id: orgId, machine_id: id });
    void this.endOf(id, "the machine was deleted");
  }

  /** Who enrolled anew has new keys: the link with the old ones is over. Each installation has a secret of its own. */
  registered(machine: Machine, deviceHash: string | undefined): void {
    this.announce(machine);
    this.enrolledAnew(machine);
    const { duplicates, sightings } = this.#deps;
    const isBack = deviceHash !== undefined && sightings.isBack(`installation of ${machine.id}`, deviceHash);
    if (isBack) void duplicates.suspected(machine, null);
  }

  /** The same, also when it enrolled at another node. */
  enrolledAnew(machine: Machine): void {
    const { links, duplicates } = this.#deps;
    const former = links.find(machine.id);
    if (!former?.isOfFormer(machine)) return;
    void duplicates.replaced(machine, former.ipAddress);
    former.replace();
  }

  /** The key that enrolled them was revoked. */
  quarantined(orgId: string, machineIds: readonly string[]): void {
    const { bus, dashboards } = this.#deps;
    for (const id of machineIds) {
      void this.endOf(id, "its auth key was revoked");
      bus.publish({ type: "machine", org_id: orgId, machine_id: id });
    }
    dashboards.publish(orgId, { type: "access.changed" });
  }

  /** It may not be here any more: what is open on it first, because that is ended through the link. */
  async endOf(machineId: string, reason: string): Promise<void> {
    const { authority, desktopWatch, links } = this.#deps;
    await Promise.all([authority.endOfMachine(machineId, reason), desktopWatch.recheck({ machineId })]);
    links.find(machineId)?.end("MACHINE_DISABLED", reason);
  }

  /** Ends all that is open on a machine in the transaction that deletes it; call what it returns after the commit. */
  async endWith(tx: Queryable, machineId: string): Promise<() => void> {
    const { authority, desktopWatch } = this.#deps;
    const tells = [await authority.endWithMachine(tx, machineId), await desktopWatch.endWithMachine(tx, machineId)];
    return () => {
      for (const tell of tells) tell();
    };
  }
}
