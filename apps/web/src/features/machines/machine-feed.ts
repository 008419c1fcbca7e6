import type { DashboardEvent, MachineView } from "@sallyport/protocol";

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

/** Longer than a list call may take. */
const KEPT_MS = 60_000;

/**
 * Remembers what was announced lately. A list that was asked for before an announcement and arrives after it is older
 * than what the page knows already; laying the announcements over it keeps a machine from flickering back.
 */
export class MachineFeed {
  readonly #recent = new Map<string, { event: MachineEvent; atMs: number }>();

  heard(event: MachineEvent, atMs = performance.now()): void {
    const id = idOf(event);
    // Deleted first, so that the map stays in the order of arrival and the oldest is in front.
    this.#recent.delete(id);
    this.#recent.set(id, { event, atMs });
    for (const [oldId, { atMs: heardAtMs }] of this.#recent) {
      if (heardAtMs >= atMs - KEPT_MS) break;
      this.#recent.delete(oldId);
    }
  }

  /** The list as it is now, given one that was asked for at `sinceMs`. */
  over(machines: MachineView[], orgId: string, sinceMs: number): MachineView[] {
    let now = machines;
    for (const { event, atMs } of this.#recent.values()) {
      if (atMs < sinceMs) continue;
      if (event.type === "machine.changed" && event.machine.org_id !== orgId) continue;
      now = applyEvent(now, event);
    }
    return now;
  }
}

export const machineFeed = new MachineFeed();
