import type { MachineView, Membership } from "@sallyport/protocol";
import { useNow } from "../../lib/use-now.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { Skeleton } from "../../ui/index.tsx";
import { MachineRow } from "./machine-row.tsx";
import { ROW_GRID } from "./row-grid.ts";

interface MachineTableProps {
  machines: readonly MachineView[];
  /** By machine; undefined while it is not known, or not for this person to know. */
  sessionCounts: ReadonlyMap<string, number> | undefined;
  org: Membership;
  rows: RowKeys;
}

export function MachineTable({ machines, sessionCounts, org, rows }: MachineTableProps) {
  const nowMs = useNow();
  return (
    <table className="block overflow-clip rounded-lg border border-line bg-surface shadow-card" aria-label="Machines">
      <thead className="block max-md:sr-only">
        <tr className={`${ROW_GRID} h-9 border-line border-b text-left text-ink-3 text-xs *:font-normal`}>
          <th scope="col">Machine</th>
          <th scope="col">Address</th>
          <th scope="col">System</th>
          <th scope="col">Version</th>
          <th scope="col">
            <span className="sr-only">Desktop and terminal</span>
          </th>
        </tr>
      </thead>
      <tbody ref={rows.list} className="block" onKeyDown={rows.onKeyDown}>
        {machines.map((machine) => (
          <MachineRow
            key={machine.id}
            machine={machine}
            sessionCount={sessionCounts?.get(machine.id) ?? 0}
            org={org}
            nowMs={nowMs}
          />
        ))}
      </tbody>
    </table>
  );
}

const SHADES = ["w-28", "w-36", "w-24", "w-32", "w-20"];

export const MachineTableSkeleton = () => (
  <div role="status" className="overflow-hidden rounded-lg border border-line bg-surface shadow-card">
    <span className="sr-only">Loading machines…</span>
    {SHADES.map((width) => (
      <div key={width} className={`${ROW_GRID} h-14 border-line not-last:border-b`}>
        <Skeleton className={`h-3.5 ${width}`} />
        <Skeleton className="h-3.5 w-24 max-md:hidden" />
        <Skeleton className="h-3.5 w-32 max-md:hidden" />
        <Skeleton className="h-3.5 w-10 max-md:hidden" />
        <Skeleton className="ml-auto h-8 w-20" />
      </div>
    ))}
  </div>
);
