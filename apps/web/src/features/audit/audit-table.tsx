import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { DataTable } from "../../ui/index.tsx";
import { typeWords } from "./audit-filter.ts";
import { type AuditEntry, actorWords, gistOf, resourceName, rowTime } from "./describe-entry.ts";

/**
 * One line on a desk, three on a phone. Rows are what their button's area is measured by; rows that are placed by the
 * virtual list are that already.
 */
const GRID =
  "not-[.absolute]:relative max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[8.5rem_minmax(0,1.2fr)_minmax(0,1.1fr)_minmax(0,1.7fr)_7.5rem]";

const COLUMNS = [t("Time"), t("Action"), t("Who"), t("What"), t("From")] as const;

interface AuditTableProps {
  entries: readonly AuditEntry[];
  /** By id: for entries of sessions, which have none in them. */
  machineNames: ReadonlyMap<string, string> | undefined;
  rows: RowKeys;
  onOpen: (entry: AuditEntry) => void;
  onEnd: () => void;
}

/** Who did what to what, newest first. */
export function AuditTable({ entries, machineNames, rows, onOpen, onEnd }: AuditTableProps) {
  const nowMs = useNow();
  return (
    <DataTable
      label={t("Audit log")}
      grid={GRID}
      columns={COLUMNS}
      rows={entries}
      rowKey={({ id }) => id}
      keys={rows}
      rowHeight={58}
      onEnd={onEnd}
    >
      {(entry) => <Cells {...{ entry, machineNames, nowMs, onOpen }} />}
    </DataTable>
  );
}

interface CellsProps extends Pick<AuditTableProps, "machineNames"> {
  entry: AuditEntry;
  nowMs: number;
  onOpen: (entry: AuditEntry) => void;
}

function Cells({ entry, machineNames, nowMs, onOpen }: CellsProps) {
  const { action, resource_type, resource_id, ip_address, created_at } = entry;
  const name = resourceName(entry) ?? machineNames?.get(resource_id ?? "") ?? resource_id;
  const gist = gistOf(entry);
  return (
    <>
      <td className="truncate text-ink-2 text-sm tabular-nums max-md:col-start-2 max-md:row-start-1 max-md:text-ink-3 max-md:text-xs">
        <time dateTime={created_at}>{rowTime(created_at, nowMs)}</time>
      </td>
      <th scope="row" className="min-w-0 text-left font-normal max-md:col-start-1 max-md:row-start-1">
        {/* Its area is the whole row. Arrow keys walk rows, so it is no stop of its own. */}
        <button
          type="button"
          data-open
          tabIndex={-1}
          title={created_at}
          onClick={() => onOpen(entry)}
          className="block max-w-full truncate text-left font-medium after:absolute after:inset-0"
        >
          {action}
        </button>
      </th>
      <td className="min-w-0 text-ink-2 text-sm max-md:col-span-2">
        <bdi className="block truncate">{actorWords(entry)}</bdi>
      </td>
      <td className="min-w-0 text-sm max-md:col-span-2">
        <span className="block truncate text-ink-2">
          {typeWords(resource_type)} {name !== null && <bdi className="text-ink">{name}</bdi>}
        </span>
        {gist && (
          <bdi className="block truncate text-ink-3 text-xs" title={gist}>
            {gist}
          </bdi>
        )}
      </td>
      <td className="min-w-0 truncate font-mono text-ink-3 text-xs max-md:hidden">
        {ip_address ?? <span className="sr-only">{t("no address")}</span>}
      </td>
    </>
  );
}
