import type { MachineView, Membership } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { DataTable, Skeleton } from "../../ui/index.tsx";
import { MachineCells } from "./machine-cells.tsx";
import { ROW_GRID } from "./row-grid.ts";

interface MachineTableProps {
  machines: readonly MachineView[];
  /** By machine; undefined while it is not known, or not for this person to know. */
  sessionCounts: ReadonlyMap<string, number> | undefined;
  org: Membership;
  rows: RowKeys;
}

const COLUMNS = [t("Machine"), t("Address"), t("System"), t("Version"), ""];

export function MachineTable({ machines, sessionCounts, org, rows }: MachineTableProps) {
  const nowMs = useNow();
  return (
    <DataTable
      label={t("Machines")}
      grid={ROW_GRID}
      columns={COLUMNS}
      rows={machines}
      rowKey={({ id }) => id}
      rowHeight={57}
      keys={rows}
    >
      {(machine) => (
        <MachineCells machine={machine} sessionCount={sessionCounts?.get(machine.id) ?? 0} org={org} nowMs={nowMs} />
      )}
    </DataTable>
  );
}

const SHADES = ["w-28", "w-36", "w-24", "w-32", "w-20"];

export const MachineTableSkeleton = () => (
  <div role="status" className="overflow-hidden rounded-lg border border-line bg-surface shadow-card">
    <span className="sr-only">{t("Loading machines…")}</span>
    {SHADES.map((width) => (
      <div key={width} className={`grid items-center gap-x-4 px-4 ${ROW_GRID} h-14 border-line not-last:border-b`}>
        <Skeleton className={`h-3.5 ${width}`} />
        <Skeleton className="h-3.5 w-24 max-md:hidden" />
        <Skeleton className="h-3.5 w-32 max-md:hidden" />
        <Skeleton className="h-3.5 w-10 max-md:hidden" />
        <Skeleton className="ml-auto h-8 w-20" />
      </div>
    ))}
  </div>
);
