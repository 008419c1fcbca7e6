import type { MachineView } from "@sallyport/protocol";
import { isReachable } from "./presence.ts";

// Numbers inside names count as numbers: web-2 before web-10.
const byName = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Those that one can reach first, then by name. */
export const sortMachines = (machines: readonly MachineView[]): MachineView[] =>
  machines.toSorted(
    (one, other) =>
      Number(isReachable(other)) - Number(isReachable(one)) ||
      byName.compare(one.name, other.name) ||
      one.id.localeCompare(other.id),
  );

/** Those that carry every word of the search in their name, address, system, version, kind or tags. */
export function searchMachines(machines: readonly MachineView[], search: string): readonly MachineView[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return machines;
  return machines.filter(({ name, tailnet_ip, os, version, kind, status, tags }) => {
    const text = [name, tailnet_ip, os, version, kind, status, ...tags].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
