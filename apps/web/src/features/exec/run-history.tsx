import type { ExecRunView } from "@sallyport/protocol";
import { Link } from "@tanstack/react-router";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { plural, t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { DataTable, Dot, type Tone } from "../../ui/index.tsx";

const GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,3fr)_minmax(0,1.2fr)_minmax(0,1.4fr)_minmax(0,1.6fr)_6rem]";

interface RunHistoryProps {
  runs: readonly ExecRunView[];
  userId: string;
  rows: RowKeys;
}

/** What was run lately, a row a run. */
export function RunHistory({ runs, userId, rows }: RunHistoryProps) {
  const nowMs = useNow();
  return (
    <DataTable
      label={t("Runs")}
      grid={GRID}
      columns={[t("Command"), t("Machines"), t("Result"), t("Person"), t("Started")]}
      rows={runs}
      rowKey={({ run_id }) => run_id}
      keys={rows}
    >
      {(run) => {
        const { tone, words } = describeRun(run);
        const { run_id, command, machines, user_id, user_email, created_at } = run;
        return (
          <>
            <th scope="row" className="min-w-0 text-left font-normal max-md:col-span-2">
              <Link
                data-open
                to="/commands"
                search={{ run: run_id }}
                title={command}
                className="block truncate font-mono text-sm hover:underline"
              >
                {command}
              </Link>
            </th>
            <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden">{machineWords(machines)}</td>
            <td className="min-w-0 text-ink-2 text-sm">
              <span className="flex min-w-0 items-baseline gap-1.5">
                <Dot tone={tone} pulse={tone === "accent"} />
                <span className="truncate">{words}</span>
                <span className="shrink-0 text-ink-3 md:hidden">{t("of {{machines}}", { machines })}</span>
              </span>
            </td>
            <td className="min-w-0 text-ink-2 text-sm max-md:hidden">
              <bdi className="block truncate" title={user_email}>
                {user_id === userId ? t("You") : user_email}
              </bdi>
            </td>
            <td className="min-w-0 truncate text-ink-2 text-sm" title={fullTime(created_at)}>
              {timeAgo(created_at, nowMs)}
            </td>
          </>
        );
      }}
    </DataTable>
  );
}

export const machineWords = (count: number): string =>
  plural(count, { one: "{{count, number}} machine", other: "{{count, number}} machines" });

function describeRun({ machines, active, succeeded }: ExecRunView): { tone: Tone; words: string } {
  const failed = machines - active - succeeded;
  if (active > 0) return { tone: "accent", words: t("{{active}} running", { active }) };
  return failed > 0
    ? { tone: "danger", words: t("{{failed}} failed", { failed }) }
    : { tone: "ok", words: t("Succeeded") };
}
