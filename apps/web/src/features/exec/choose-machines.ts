import type { MachineView } from "@sallyport/protocol";

/** Which machines are offered; kept in the address. */
export interface MachineFilter {
  q?: string;
  kind?: MachineView["kind"];
  tag?: string;
}

/** Those of this kind and with this tag that carry every word of the search in their name, address, system or tags. */
export function filterMachines(
  machines: readonly MachineView[],
  { q = "", kind, tag }: MachineFilter,
): readonly MachineView[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return machines.filter((machine) => {
    if (kind !== undefined && machine.kind !== kind) return false;
    if (tag !== undefined && !machine.tags.includes(tag)) return false;
    const { name, tailnet_ip, os, tags } = machine;
    const text = [name, tailnet_ip, os, ...tags].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Every tag of a fleet, each once, in order. */
export const tagsOf = (machines: readonly MachineView[]): string[] =>
  [...new Set(machines.flatMap(({ tags }) => tags))].toSorted();

export interface Chosen {
  /** Where it will run. */
  ready: readonly MachineView[];
  /** Chosen, but impossible now. */
  unable: readonly { machine: MachineView; why: string }[];
}

/** Of what a person chose: where a command can run, and why not elsewhere. */
export function judgeChosen(
  machines: readonly MachineView[],
  chosen: ReadonlySet<string>,
  refusalOf: (machine: MachineView) => string | undefined,
): Chosen {
  const ready: MachineView[] = [];
  const unable: { machine: MachineView; why: string }[] = [];
  for (const machine of machines) {
    if (!chosen.has(machine.id)) continue;
    const why = refusalOf(machine);
    if (why === undefined) ready.push(machine);
    else unable.push({ machine, why });
  }
  return { ready, unable };
}
