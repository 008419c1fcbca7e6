import type { DesktopSessionView, MachineView, Membership } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useLiveStatus } from "../../api/live-status.ts";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { DataTable, TableSkeleton } from "../../ui/index.tsx";
import { useSession } from "../auth/index.ts";
import { DesktopTable, useDesktops } from "../desktop/index.ts";
import { Loaded } from "../page/index.ts";
import { machineDetailQueries } from "./machine-detail.queries.ts";
import { desktopEnd } from "./machine-words.ts";
import { TabSection } from "./tab-section.tsx";

const COLUMNS = [t("Viewer"), t("Asked"), t("How it ended")];
const GRID = "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.4fr)_minmax(0,0.8fr)_minmax(0,2.4fr)]";

/** Who sees the machine's screen, or waits to, and who saw it. */
export function MachineDesktops({ machine, org }: { machine: MachineView; org: Membership }) {
  const { user } = useSession();
  const live = useLiveStatus();
  const nowMs = useNow();
  const running = useDesktops(org);
  const ended = useQuery(machineDetailQueries.endedDesktops(org.id, machine.id, live));
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({ j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });
  const isSeen = running?.some(({ machine_id }) => machine_id === machine.id) ?? false;

  return (
    <>
      {isSeen ? (
        <DesktopTable machineId={machine.id} />
      ) : (
        <TabSection title={t("Desktops")}>
          <p className="text-ink-3 text-sm">{t("Nobody that you may know of sees this desktop, or waits for it.")}</p>
        </TabSection>
      )}
      <TabSection title={t("Ended lately")}>
        <Loaded
          query={ended}
          what={t("the desktop sessions")}
          refused={t("Your role does not see desktop sessions")}
          skeleton={<TableSkeleton what={t("desktop sessions")} />}
        >
          {(sessions) =>
            sessions.length === 0 ? (
              <p className="text-ink-3 text-sm">{t("No desktop session has ended on this machine lately.")}</p>
            ) : (
              <DataTable
                label={t("Ended desktop sessions")}
                grid={GRID}
                columns={COLUMNS}
                rows={sessions}
                rowKey={({ id }) => id}
                keys={rows}
              >
                {(session) => <Cells session={session} isMine={session.viewer_user_id === user.id} nowMs={nowMs} />}
              </DataTable>
            )
          }
        </Loaded>
      </TabSection>
    </>
  );
}

function Cells({ session, isMine, nowMs }: { session: DesktopSessionView; isMine: boolean; nowMs: number }) {
  const { viewer_email, session_type, created_at } = session;
  const end = desktopEnd(session);
  return (
    <>
      <th scope="row" className="min-w-0 text-left font-normal">
        <bdi className="block truncate font-medium" title={viewer_email}>
          {isMine ? t("You") : viewer_email}
        </bdi>
        <span className="block truncate text-ink-3 text-xs">
          {session_type === "admin" ? t("as administrator") : t("as member")}
        </span>
      </th>
      <td className="text-ink-2 text-sm" title={fullTime(created_at)}>
        {timeAgo(created_at, nowMs)}
      </td>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:col-span-2" title={end}>
        {end}
      </td>
    </>
  );
}
