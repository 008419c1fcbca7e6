import { MACHINE_KINDS, MachineKind, type MachineView } from "@sallyport/protocol";
import { choiceParam, givenParams, textParam } from "../../lib/search-params.ts";
import { searchMachines } from "./machine-list.ts";

/** What a machine is shown as: its status, unless an administrator has disabled it. */
export const SHOWN_STATUSES = ["online", "offline", "quarantined", "disabled"] as const;
export type ShownStatus = (typeof SHOWN_STATUSES)[number];

/** Which machines are shown; kept in the address. What is absent narrows nothing. */
export interface MachineFilter {
  /** Words that are searched. */
  q?: string;
  kind?: MachineKind;
  status?: ShownStatus;
  tag?: string;
}

/** Of an address as anybody may have typed it. */
export const readMachineFilter = ({ q, kind, status, tag }: Record<string, unknown>): MachineFilter =>
  givenParams({
    q: textParam(q),
    kind: choiceParam(MachineKind.options, kind),
    status: choiceParam(SHOWN_STATUSES, status),
    tag: textParam(tag),
  });

const shownStatusOf = ({ status, admin_disabled }: MachineView): ShownStatus => (admin_disabled ? "disabled" : status);

/** Those that every part of the filter lets through. */
export function filterMachines(
  machines: readonly MachineView[],
  { q = "", kind, status, tag }: MachineFilter,
): readonly MachineView[] {
  const narrowed =
    kind === undefined && status === undefined && tag === undefined
      ? machines
      : machines.filter(
          (machine) =>
            (kind === undefined || machine.kind === kind) &&
            (status === undefined || shownStatusOf(machine) === status) &&
            (tag === undefined || machine.tags.includes(tag)),
        );
  return searchMachines(narrowed, q);
}

/** What there is to choose from, in these machines: kinds in their order, tags by name. */
export function choicesOf(machines: readonly MachineView[]): { kinds: MachineKind[]; tags: string[] } {
  const kinds = new Set(machines.map(({ kind }) => kind));
  const tags = new Set(machines.flatMap(({ tags: own }) => own));
  return { kinds: MACHINE_KINDS.filter((kind) => kinds.has(kind)), tags: [...tags].sort() };
}
