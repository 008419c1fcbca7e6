import type { DashboardEvent, MachineView } from "@sallyport/protocol";
import { RecentNews } from "../../lib/recent-news.ts";

export type MachineEvent = Extract<DashboardEvent, { type: "machine.changed" | "machine.deleted" }>;

const idOf = (event: MachineEvent) => (event.type === "machine.changed" ? event.machine.id : event.machine_id);

/** What an event makes of a list. */
export function applyEvent(machines: readonly MachineView[], event: MachineEvent): MachineView[] {
  const id = idOf(event);
  if (event.type === "machine.deleted") return machines.filter((machine) => machine.id !== id);
  return machines.some((machine) => machine.id === id)
    ? machines.map((machine) => (machine.id === id ? event.machine : machine))
    : [...machines, event.machine];
}

/** Lays what was announced lately over lists that are older: no machine flickers back. */
export class MachineFeed {
  readonly #recent = new RecentNews<MachineEvent>();

  heard(event: MachineEvent, atMs?: number): void {
    this.#recent.heard(idOf(event), event, atMs);
  }

  /** The list as it is now, given one that was asked for at `sinceMs`. */
  over(machines: MachineView[], orgId: string, sinceMs: number): MachineView[] {
    return this.#recent
      .since(sinceMs)
      .filter((event) => event.type === "machine.deleted" || event.machine.org_id === orgId)
      .reduce(applyEvent, machines);
  }
}

export const machineFeed = new MachineFeed();
