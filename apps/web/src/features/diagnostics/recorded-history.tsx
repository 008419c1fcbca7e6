import { CONTROL_PLANE } from "@sallyport/protocol";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { Button, DataTable, Dot, type Tone } from "../../ui/index.tsx";
import type { RecordedRun } from "./recorded-run.ts";

const TONES: Record<RecordedRun["status"], Tone> = { success: "ok", failed: "danger", timeout: "warn" };

interface RecordedHistoryProps {
  runs: readonly RecordedRun[];
  rows: RowKeys;
  onAgain: (run: RecordedRun) => void;
}

/** What anybody asked, as the audit log has it: without what was found. */
export function RecordedHistory({ runs, rows, onAgain }: RecordedHistoryProps) {
  const nowMs = useNow();
  return (
    <DataTable
      label={t("Runs of everybody")}
      grid="max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.8fr)_minmax(0,1.2fr)_6rem_minmax(0,1.5fr)_6rem_6rem]"
      columns={[t("Question"), t("From"), t("Status"), t("Person"), t("When"), ""]}
      rows={runs}
      rowKey={({ id }) => id}
      keys={rows}
    >
      {(run) => {
        const { tool, target, location, machine_name, status, person, at } = run;
        const words = `${tool} ${target}`;
        return (
          <>
            <th scope="row" className="min-w-0 text-left font-normal">
              <bdi className="block truncate font-mono text-sm" title={words}>
                {words}
              </bdi>
            </th>
            <td className="min-w-0 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-2">
              <bdi className="block truncate">
                {machine_name ?? (location === CONTROL_PLANE ? t("Control Plane") : location)}
              </bdi>
            </td>
            <td className="min-w-0 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-3">
              <span className="flex items-baseline gap-1.5">
                <Dot tone={TONES[status]} />
                <span className="capitalize">{status}</span>
                <span className="min-w-0 truncate text-ink-3 md:hidden">
                  {person}, {timeAgo(at, nowMs)}
                </span>
              </span>
            </td>
            <td className="min-w-0 text-ink-2 text-sm max-md:hidden">
              <bdi className="block truncate" title={person ?? undefined}>
                {person ?? "–"}
              </bdi>
            </td>
            <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden" title={fullTime(at)}>
              {timeAgo(at, nowMs)}
            </td>
            <td className="flex justify-end max-md:col-start-2 max-md:row-span-3 max-md:row-start-1">
              <Button data-open size="small" onClick={() => onAgain(run)}>
                {t("Run again")}
                <span className="sr-only">: {words}</span>
              </Button>
            </td>
          </>
        );
      }}
    </DataTable>
  );
}
