/**
 * The agents linked to this node.
 *
 * Invariants: one link per machine, the newest; a link is here from its welcome until its socket closes.
 */
import type { AgentLink } from "./agent-link.ts";

export class LinkRegistry {
  readonly #links = new Map<string, AgentLink>();
  readonly #waiting = new Map<string, Set<(link: AgentLink) => void>>();

  /** Takes a link in; the machine's former link, if any, is told that it was replaced. */
  add(link: AgentLink): void {
    this.#links.get(link.machineId)?.replace();
    this.#links.set(link.machineId, link);
    for (const arrived of this.#waiting.get(link.machineId) ?? []) arrived(link);
  }

  /** Resolves to whether the machine has no link any more; false when a newer one took its place. */
  remove(link: AgentLink): boolean {
    if (this.#links.get(link.machineId) !== link) return false;
    this.#links.delete(link.machineId);
    return true;
  }

  find(machineId: string): AgentLink | undefined {
    return this.#links.get(machineId);
  }

  /** The machine's link, as soon as there is one: an agent that is just reconnecting is not gone. */
  waitFor(machineId: string, timeoutMs: number): Promise<AgentLink | undefined> {
    const link = this.#links.get(machineId);
    if (link) return Promise.resolve(link);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(machineId) ?? new Set();
      const settle = (found: AgentLink | undefined) => {
        clearTimeout(timer);
        waiting.delete(settle);
        if (waiting.size === 0) this.#waiting.delete(machineId);
        resolve(found);
      };
      const timer = setTimeout(() => settle(undefined), timeoutMs);
      waiting.add(settle);
      this.#waiting.set(machineId, waiting);
    });
  }

  get size(): number {
    return this.#links.size;
  }

  all(): AgentLink[] {
    return [...this.#links.values()];
  }
}
