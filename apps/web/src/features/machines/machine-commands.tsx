import type { ExecView, MachineView } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useLiveStatus } from "../../api/live-status.ts";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { buttonClass, DataTable, Dot, EmptyState, TableSkeleton } from "../../ui/index.tsx";
import { useSession } from "../auth/index.ts";
import { Loaded } from "../page/index.ts";
import { machineDetailQueries, NEWEST_ROWS } from "./machine-detail.queries.ts";
import { commandState } from "./machine-words.ts";
import { TabSection } from "./tab-section.tsx";

const COLUMNS = [t("Command"), t("Person"), t("Started"), t("State"), ""];
const GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,2.4fr)_minmax(0,1.2fr)_minmax(0,0.8fr)_minmax(0,1fr)_5rem]";

/** Commands that were run on the machine, newest first. */
export function MachineCommands({ machine }: { machine: MachineView }) {
  const { user } = useSession();
  const nowMs = useNow();
  const commands = useQuery(machineDetailQueries.commands(machine.org_id, machine.id, useLiveStatus()));
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({ j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });

  return (
    <Loaded
      query={commands}
      what={t("the commands")}
      refused={t("Only owners and admins see commands")}
      skeleton={<TableSkeleton what={t("commands")} />}
    >
      {(found) =>
        found.length === 0 ? (
          <EmptyState
            icon={<Play className="size-8" strokeWidth={1.5} aria-hidden="true" />}
            title={t("No command was run here")}
            hint={t(
              "Commands that are run on this machine, alone or with others, are listed here with how they ended.",
            )}
            action={
              <Link to="/commands" className={buttonClass()}>
                {t("Go to commands")}
              </Link>
            }
          />
        ) : (
          <TabSection
            title={t("Commands")}
            aside={
              found.length < NEWEST_ROWS ? undefined : t("The newest {{number}} are shown", { number: NEWEST_ROWS })
            }
          >
            <DataTable
              label={t("Commands")}
              grid={GRID}
              columns={COLUMNS}
              rows={found}
              rowKey={({ session_id }) => session_id}
              keys={rows}
            >
              {(command) => <Cells command={command} isMine={command.user_id === user.id} nowMs={nowMs} />}
            </DataTable>
          </TabSection>
        )
      }
    </Loaded>
  );
}

function Cells({ command, isMine, nowMs }: { command: ExecView; isMine: boolean; nowMs: number }) {
  const { run_id, user_email, created_at } = command;
  const { tone, words } = commandState(command);
  return (
    <>
      <th scope="row" className="min-w-0 text-left font-normal">
        <bdi className="block truncate font-mono text-sm" title={command.command}>
          {command.command}
        </bdi>
      </th>
      <td className="min-w-0 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-2">
        <bdi className="block truncate" title={user_email}>
          {isMine ? t("You") : user_email}
          <span className="text-ink-3 md:hidden">, {timeAgo(created_at, nowMs)}</span>
        </bdi>
      </td>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden" title={fullTime(created_at)}>
        {timeAgo(created_at, nowMs)}
      </td>
      <td className="flex min-w-0 items-baseline gap-1.5 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-3">
        <Dot tone={tone} />
        <span className="min-w-0 truncate" title={words}>
          {words}
        </span>
      </td>
      <td className="flex justify-end max-md:col-start-2 max-md:row-span-3 max-md:row-start-1">
        <Link data-open to="/commands" search={{ run: run_id }} className={buttonClass("plain", "small")}>
          {t("Open")}
          <span className="sr-only">{t(" the run of {{command}}", { command: command.command })}</span>
        </Link>
      </td>
    </>
  );
}
