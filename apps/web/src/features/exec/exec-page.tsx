import { isAdminRole, type Membership } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useRef, useState } from "react";
import { errorCode, errorMessage } from "../../api/errors.ts";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { EmptyState, TableSkeleton } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { machineQueries } from "../machines/index.ts";
import { Loaded, PageHeader, Refused } from "../page/index.ts";
import type { MachineFilter } from "./choose-machines.ts";
import { CommandForm, type Draft } from "./command-form.tsx";
import { execQueries } from "./exec.queries.ts";
import { beginRun, DEFAULT_TIMEOUT_SECONDS } from "./live-runs.ts";
import { RunHistory } from "./run-history.tsx";
import { RunView } from "./run-view.tsx";

const REFUSED = t("Only owners and admins run commands");

/** One command on many machines: what to run, where, what came of it, and what was run before. */
export function ExecPage() {
  const { org } = useOrg();
  const mayRun = isAdminRole(org?.role);
  if (org && mayRun) return <Commands key={org.id} org={org} />;
  return (
    <>
      <PageHeader title={t("Commands")} />
      {org ? (
        <Refused>{REFUSED}</Refused>
      ) : (
        <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
      )}
    </>
  );
}

function Commands({ org }: { org: Membership }) {
  const { user } = useSession();
  const { run, only, by, machine, ...filter } = useSearch({ from: "/signed-in/framed/commands" });
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>({
    command: "",
    timeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
    machineIds: new Set(machine === undefined ? [] : [machine]),
  });
  if (run !== undefined) {
    return (
      <RunView
        key={run}
        orgId={org.id}
        runId={run}
        userId={user.id}
        filter={{ ...(only && { only }), ...(by && { by }) }}
        onFilter={(next) => void navigate({ to: "/commands", search: { run, ...next }, replace: true })}
        onAgain={(again) => {
          setDraft(again);
          void navigate({ to: "/commands" });
        }}
      />
    );
  }
  return <NewCommand org={org} userId={user.id} draft={draft} onDraft={setDraft} filter={filter} />;
}

interface NewCommandProps {
  org: Membership;
  userId: string;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  /** Of the address. */
  filter: MachineFilter;
}

function NewCommand({ org, userId, draft, onDraft, filter: ofAddress }: NewCommandProps) {
  const live = useLiveStatus();
  const navigate = useNavigate();
  // The address follows what is typed, and not the other way round: it comes a moment later.
  const [filter, setFilter] = useState<MachineFilter>(ofAddress);
  const machines = useQuery(machineQueries.list(org.id, live));
  const runs = useQuery(execQueries.runs(org.id, live));
  const rows = useRowKeys();
  const search = useRef<HTMLInputElement>(null);
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({ "/": () => search.current?.focus(), j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });

  // Of the plan: then there is nothing to write a command for.
  if (errorCode(runs.error) === "FEATURE_NOT_AVAILABLE") {
    return (
      <>
        <PageHeader title={t("Commands")} />
        <EmptyState title={t("Commands are not part of this plan")} hint={errorMessage(runs.error)} />
      </>
    );
  }
  return (
    <>
      <PageHeader title={t("Commands")} summary={t("Run one command on many machines")} />
      <Loaded
        query={machines}
        what={t("the machines")}
        skeleton={<TableSkeleton what={t("machines")} rows={6} />}
        refused={REFUSED}
      >
        {(all) => (
          <CommandForm
            org={org}
            machines={all}
            draft={draft}
            onDraft={onDraft}
            filter={filter}
            onFilter={(next) => {
              setFilter(next);
              void navigate({ to: "/commands", search: next, replace: true });
            }}
            onRun={(request) => {
              const { runId } = beginRun(request);
              void navigate({ to: "/commands", search: { run: runId } });
            }}
            search={search}
          />
        )}
      </Loaded>
      {/* Under a form that is still loading it would move. */}
      {!machines.isPending && (
        <>
          <h2 className="mt-8 mb-3 font-semibold text-lg">{t("History")}</h2>
          <Loaded
            query={runs}
            what={t("the history")}
            skeleton={<TableSkeleton what={t("the history")} />}
            refused={REFUSED}
          >
            {(list) =>
              list.length > 0 ? (
                <RunHistory runs={list} userId={userId} rows={rows} />
              ) : (
                <EmptyState
                  icon={<Play className="size-8" strokeWidth={1.5} aria-hidden="true" />}
                  title={t("No command was run yet")}
                  hint={t("What you or another admin runs, here or with gatekey-admin, is listed here.")}
                />
              )
            }
          </Loaded>
        </>
      )}
    </>
  );
}
