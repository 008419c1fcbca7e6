import { shellApi } from "@sallyport/protocol";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, Copy, Download, RotateCcw, Square } from "lucide-react";
import { useMemo, useSyncExternalStore } from "react";
import { signedIn } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { useLiveStatus } from "../../api/live-status.ts";
import { copyText } from "../../lib/clipboard.ts";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, Choice, EmptyState, Notice, TableSkeleton, useToast } from "../../ui/index.tsx";
import { Loaded, PageHeader } from "../page/index.ts";
import type { Draft } from "./command-form.tsx";
import { type CommandResult, countResults, countWords, isFailed, isOver, resultFrom } from "./command-result.ts";
import { downloadJson } from "./download-json.ts";
import { execQueries, RUN_MACHINES_SHOWN } from "./exec.queries.ts";
import { exportRun, runAsText } from "./export-run.ts";
import type { FleetRun } from "./fleet-run.ts";
import { groupResults } from "./group-results.ts";
import { DEFAULT_TIMEOUT_SECONDS, useLiveRun } from "./live-runs.ts";
import { GroupTable, ResultTable } from "./result-table.tsx";
import { machineWords } from "./run-history.tsx";

/** How results are shown; kept in the address. */
interface ResultFilter {
  /** Absent: all. */
  only?: "failed";
  /** Absent: a row a machine. */
  by?: "output";
}

interface RunViewProps {
  orgId: string;
  runId: string;
  userId: string;
  filter: ResultFilter;
  onFilter: (filter: ResultFilter) => void;
  onAgain: (draft: Draft) => void;
}

/** One run: live when this tab began it, and otherwise as the server remembers it. */
export function RunView(props: RunViewProps) {
  const { orgId, runId } = props;
  const live = useLiveRun(runId);
  const status = useLiveStatus();
  const remembered = useQuery({ ...execQueries.run(orgId, runId, status), ...(live && { enabled: false }) });
  const results = useMemo(() => (remembered.data ?? []).map(resultFrom).reverse(), [remembered.data]);

  if (live?.orgId === orgId) return <LiveRun {...props} run={live} />;
  return (
    <Loaded
      query={remembered}
      what={t("the run")}
      skeleton={<TableSkeleton what={t("the run")} />}
      refused={t("Only owners and admins see what was run")}
    >
      {(commands) => {
        const first = commands.at(-1);
        if (!first) {
          return (
            <EmptyState
              title={t("There is no such run")}
              hint={t("It may belong to another organisation, or nothing of it was begun.")}
              action={<BackLink />}
            />
          );
        }
        return (
          <Run
            {...props}
            command={first.command}
            timeoutSeconds={DEFAULT_TIMEOUT_SECONDS}
            startedAt={first.created_at}
            person={first.user_id === props.userId ? t("you") : first.user_email}
            results={results}
            isWhole={commands.length < RUN_MACHINES_SHOWN}
            // What this tab does not run is ended as sessions are, by those who may.
            onStop={async (some) => {
              const ids = some.flatMap(({ sessionId }) => sessionId ?? []);
              await Promise.all(ids.map((id) => endSession(orgId, id)));
              await remembered.refetch();
            }}
          />
        );
      }}
    </Loaded>
  );
}

const endSession = (org_id: string, session_id: string) =>
  signedIn((client) => client.act(shellApi, "end_session", { org_id, session_id }));

function LiveRun({ run, ...props }: RunViewProps & { run: FleetRun }) {
  const results = useSyncExternalStore(run.subscribe, run.results);
  return (
    <Run
      {...props}
      command={run.command}
      timeoutSeconds={run.timeoutSeconds}
      startedAt={run.startedAt}
      person={t("you")}
      results={results}
      isWhole
      onStop={async (some) => {
        if (some.length === results.filter((result) => !isOver(result)).length) run.stopAll();
        else for (const { machineId } of some) run.stop(machineId);
      }}
    />
  );
}

interface RunProps extends RunViewProps {
  command: string;
  timeoutSeconds: number | null;
  startedAt: string;
  person: string;
  results: readonly CommandResult[];
  isWhole: boolean;
  onStop: (results: readonly CommandResult[]) => Promise<void>;
}

function Run(props: RunProps) {
  const { runId, command, timeoutSeconds, startedAt, person, results, isWhole, filter, onFilter, onAgain } = props;
  const nowMs = useNow();
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({ j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });
  const toast = useToast();
  const stop = useMutation({ mutationFn: props.onStop });
  const failed = useMemo(() => results.filter(isFailed), [results]);
  const unfinished = results.filter((result) => !isOver(result));
  const shown = filter.only === "failed" ? failed : results;
  const groups = useMemo(() => (filter.by === "output" ? groupResults(shown) : undefined), [filter.by, shown]);
  // Made when it is wanted: of a fleet it is long.
  const copy = async () => {
    const isCopied = await copyText(runAsText(shown));
    toast(isCopied ? t("Copied") : t("This browser does not let pages copy; download it as JSON"));
  };
  const again = (some: readonly CommandResult[]) =>
    onAgain({ command, timeoutSeconds, machineIds: new Set(some.map(({ machineId }) => machineId)) });
  const change = (to: { [Key in keyof ResultFilter]: ResultFilter[Key] | undefined }) => {
    const next = Object.entries({ ...filter, ...to }).filter(([, value]) => value !== undefined);
    onFilter(Object.fromEntries(next));
  };
  const whereAndWhen = { machines: machineWords(results.length), when: timeAgo(startedAt, nowMs) };

  return (
    <>
      <PageHeader title={t("Command")} summary={countWords(countResults(results))}>
        <BackLink />
        {unfinished.length > 0 && (
          <Button
            look="danger"
            busy={stop.isPending}
            icon={<Square className="size-3.5" aria-hidden="true" />}
            onClick={() => stop.mutate(unfinished)}
          >
            {unfinished.length === 1 ? t("Stop") : t("Stop all {{number}}", { number: unfinished.length })}
          </Button>
        )}
      </PageHeader>
      <section aria-label={t("What was run")} className="mb-5 rounded-lg border border-line bg-surface p-4 shadow-card">
        <pre className="whitespace-pre-wrap wrap-anywhere font-mono text-sm">{command}</pre>
        <div className="mt-3 flex flex-wrap items-center gap-2">
          <p className="mr-auto text-ink-2 text-sm" title={fullTime(startedAt)}>
            {rich(
              isWhole
                ? t("On {{machines}}, by <0>, {{when}}", whereAndWhen)
                : t("On {{machines}} and more, of which these are shown, by <0>, {{when}}", whereAndWhen),
              <bdi>{person}</bdi>,
            )}
          </p>
          {failed.length > 0 && failed.length < results.length && (
            <Button size="small" onClick={() => again(failed)}>
              {t("Run again on {{number}} failed", { number: failed.length })}
            </Button>
          )}
          <Button
            size="small"
            icon={<RotateCcw className="size-3.5" aria-hidden="true" />}
            onClick={() => again(results)}
          >
            {t("Run again")}
          </Button>
        </div>
      </section>
      {stop.isError && (
        <div className="mb-4">
          <Notice tone="danger" title={t("Could not stop it everywhere")}>
            {errorMessage(stop.error)}
          </Notice>
        </div>
      )}
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Choice
          label={t("Rows")}
          options={[
            { value: "machine", words: t("By machine") },
            { value: "output", words: t("By output") },
          ]}
          value={filter.by ?? "machine"}
          onChange={(by) => change({ by: by === "output" ? by : undefined })}
        />
        <Choice
          label={t("Which results")}
          options={[
            { value: "all", words: t("All") },
            { value: "failed", words: t("Failed ({{number}})", { number: failed.length }) },
          ]}
          value={filter.only ?? "all"}
          onChange={(only) => change({ only: only === "failed" ? only : undefined })}
        />
        <span className="ml-auto flex gap-2 max-sm:ml-0">
          <Button icon={<Copy className="size-4" aria-hidden="true" />} onClick={() => void copy()}>
            {t("Copy")}
          </Button>
          <Button
            icon={<Download className="size-4" aria-hidden="true" />}
            onClick={() =>
              downloadJson(`run-${runId.slice(0, 8)}.json`, exportRun({ runId, command, startedAt, results }))
            }
          >
            JSON
          </Button>
        </span>
      </div>
      {shown.length === 0 ? (
        <EmptyState title={t("Nothing failed")} hint={countWords(countResults(results))} />
      ) : groups ? (
        <GroupTable groups={groups} rows={rows} />
      ) : (
        <ResultTable results={shown} rows={rows} onStop={(result) => stop.mutate([result])} />
      )}
    </>
  );
}

const BackLink = () => (
  <Link
    to="/commands"
    className="inline-flex items-center gap-1.5 rounded-md px-2 py-1.5 text-ink-2 text-sm hover:text-ink"
  >
    <ArrowLeft className="size-4" aria-hidden="true" />
    {t("All commands")}
  </Link>
);
