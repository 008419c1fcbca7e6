import type { MachineView } from "@sallyport/protocol";
import { isReachable } from "./presence.ts";

/**
 * The machine that came since `before`: a new one, or one that returned. A machine that enrols again keeps its id, so
 * being new in the list is not the only way to arrive.
 */
export function arrivedSince(before: readonly MachineView[], now: readonly MachineView[]): MachineView | undefined {
  const known = new Map(before.map((machine) => [machine.id, machine]));
  const isReturning = ({ id }: MachineView) => {
    const then = known.get(id);
    return then !== undefined && !isReachable(then);
  };
  const reachable = now.filter(isReachable);
  return reachable.find(({ id }) => !known.has(id)) ?? reachable.find(isReturning);
}
