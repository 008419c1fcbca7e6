import type { AuditRow, MachineView } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useLiveStatus } from "../../api/live-status.ts";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { DataTable, EmptyState, TableSkeleton } from "../../ui/index.tsx";
import { Loaded } from "../page/index.ts";
import { machineDetailQueries, NEWEST_ROWS } from "./machine-detail.queries.ts";
import { eventFacts } from "./machine-words.ts";
import { TabSection, textLinkClass } from "./tab-section.tsx";

const COLUMNS = [t("Event"), t("Who"), t("When"), t("Facts")];
const GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.2fr)_minmax(0,1.1fr)_minmax(0,0.7fr)_minmax(0,2.2fr)]";

type Entry = AuditRow & { actor_email: string | null };

/** What the audit log says of the machine, newest first. */
export function MachineHistory({ machine }: { machine: MachineView }) {
  const nowMs = useNow();
  const history = useQuery(machineDetailQueries.history(machine.org_id, machine.id, useLiveStatus()));
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({ j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });

  return (
    <Loaded
      query={history}
      what={t("the history")}
      refused={t("Only owners, admins and auditors see the history")}
      skeleton={<TableSkeleton what={t("the history")} />}
    >
      {({ logs, hasMore }) =>
        logs.length === 0 ? (
          <EmptyState
            title={t("Nothing is recorded of this machine any more")}
            hint={t("The audit log keeps events for as long as its retention says.")}
          />
        ) : (
          <TabSection
            title={t("History")}
            aside={
              <>
                {hasMore && t("The newest {{number}}.", { number: NEWEST_ROWS })}{" "}
                <Link to="/audit-log" search={{ id: machine.id }} className={textLinkClass}>
                  {hasMore ? t("All in the audit log") : t("Open in the audit log")}
                </Link>
              </>
            }
          >
            <DataTable
              label={t("History")}
              grid={GRID}
              columns={COLUMNS}
              rows={logs}
              rowKey={({ id }) => id}
              keys={rows}
              rowHeight={57}
            >
              {(entry) => <Cells entry={entry} nowMs={nowMs} />}
            </DataTable>
          </TabSection>
        )
      }
    </Loaded>
  );
}

function Cells({ entry, nowMs }: { entry: Entry; nowMs: number }) {
  const { action, actor_email, actor_id, created_at, ip_address, metadata } = entry;
  const facts = eventFacts(metadata);
  return (
    <>
      <th scope="row" className="min-w-0 truncate text-left font-mono font-normal text-sm" title={action}>
        {action}
      </th>
      <td className="min-w-0 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-2">
        <bdi className="block truncate" title={actor_email ?? undefined}>
          {actor_email ?? (actor_id === null ? t("Nobody signed in") : t("An account that is gone"))}
        </bdi>
        {ip_address && <span className="block truncate font-mono text-ink-3 text-xs">{ip_address}</span>}
      </td>
      <td
        className="text-ink-2 text-sm max-md:col-start-2 max-md:row-start-1 max-md:text-right"
        title={fullTime(created_at)}
      >
        {timeAgo(created_at, nowMs)}
      </td>
      <td className="min-w-0 text-ink-2 text-sm max-md:col-span-2 max-md:row-start-3 max-md:empty:hidden">
        {facts && (
          <bdi className="wrap-break-word line-clamp-2" title={facts}>
            {facts}
          </bdi>
        )}
      </td>
    </>
  );
}
