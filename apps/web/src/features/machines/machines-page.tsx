import { isAdminRole } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plus, Server } from "lucide-react";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import { errorMessage } from "../../api/errors.ts";
import { useLiveStatus } from "../../api/live-status.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, EmptyState, Notice, useToast } from "../../ui/index.tsx";
import { useOrg } from "../auth/index.ts";
import { countByMachine, sessionQueries } from "../sessions/index.ts";
import { AddMachineDialog } from "./add-machine-dialog.tsx";
import { searchMachines, sortMachines } from "./machine-list.ts";
import { MachineSearch } from "./machine-search.tsx";
import { MachineTable, MachineTableSkeleton } from "./machine-table.tsx";
import { machineQueries } from "./machines.queries.ts";
import { isReachable, shellRefusal } from "./presence.ts";

/** Every machine of the organisation, with its presence, its address and the way in. */
export function MachinesPage() {
  usePageTitle("Machines");
  const { org } = useOrg();
  const live = useLiveStatus();
  const machines = useQuery({
    ...machineQueries.list(org?.id ?? "", live),
    enabled: org !== undefined,
  });
  const sessions = useQuery({
    ...sessionQueries.list(org?.id ?? "", "active", live),
    enabled: isAdminRole(org?.role),
    select: countByMachine,
  });
  const [search, setSearch] = useState("");
  const [adding, setAdding] = useState(false);
  const wanted = useDeferredValue(search);
  const sorted = useMemo(() => sortMachines(machines.data ?? []), [machines.data]);
  const shown = useMemo(() => searchMachines(sorted, wanted), [sorted, wanted]);
  const searchInput = useRef<HTMLInputElement>(null);
  const rows = useRowKeys();
  const toast = useToast();
  const navigate = useNavigate();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({
    "/": () => searchInput.current?.focus(),
    n: () => setAdding(true),
    j: toFirstRow,
    k: toFirstRow,
    ArrowDown: toFirstRow,
  });

  const openFound = () => {
    // Not what is drawn, which may be a moment behind what is typed.
    const [machine, another] = searchMachines(sorted, search);
    if (!machine) return;
    if (another) return void rows.focusFirst();
    const refusal = shellRefusal(machine, org?.role);
    if (refusal) toast(refusal);
    else void navigate({ to: "/terminal/$machineId", params: { machineId: machine.id } });
  };

  // Then the one button stands in the middle of the page.
  const isEmpty = !org || (machines.data !== undefined && sorted.length === 0);
  const addButton = (
    <Button look="primary" icon={<Plus className="size-4" aria-hidden="true" />} onClick={() => setAdding(true)}>
      Add a machine
    </Button>
  );

  return (
    <>
      <header className="mb-5 flex flex-wrap items-center gap-x-3 gap-y-4">
        <div className="mr-auto">
          <h1 className="font-semibold text-xl tracking-tight">Machines</h1>
          <p className="text-ink-2 text-sm" aria-live="polite">
            {machines.data ? countWords(sorted.filter(isReachable).length, sorted.length) : "\u00a0"}
            {live === "down" && machines.data && <span className="text-ink-3"> · reconnecting to live updates</span>}
          </p>
        </div>
        {!isEmpty && (
          <>
            <MachineSearch
              ref={searchInput}
              value={search}
              onChange={setSearch}
              onLeave={toFirstRow}
              onOpen={openFound}
            />
            {addButton}
          </>
        )}
      </header>
      {body()}
      {adding && org && <AddMachineDialog org={org} onClose={() => setAdding(false)} />}
    </>
  );

  function body() {
    if (!org) {
      return (
        <EmptyState
          title="You are in no organisation"
          hint="Ask an owner or admin to add your e-mail address to theirs. This page changes by itself when they do."
        />
      );
    }
    if (machines.isPending) return <MachineTableSkeleton />;
    if (machines.isError && !machines.data) {
      return (
        <Notice
          tone="danger"
          title="The machines could not be loaded"
          action={
            <Button size="small" busy={machines.isFetching} onClick={() => void machines.refetch()}>
              Try again
            </Button>
          }
        >
          {errorMessage(machines.error)}
        </Notice>
      );
    }
    return (
      <>
        {machines.isError && (
          <div className="mb-4">
            <Notice tone="warn" title="This list may be out of date">
              {errorMessage(machines.error)}
            </Notice>
          </div>
        )}
        {isEmpty ? (
          <EmptyState
            icon={<Server className="size-8" strokeWidth={1.5} aria-hidden="true" />}
            title="No machines yet"
            hint="Run one command on a machine. It dials out to this server, so it needs no open port, and appears here within seconds."
            action={addButton}
          />
        ) : shown.length === 0 ? (
          <EmptyState
            title="Nothing found"
            hint={<>No name, address or system contains “{wanted.trim()}”.</>}
            action={<Button onClick={() => setSearch("")}>Clear the search</Button>}
          />
        ) : (
          <MachineTable machines={shown} sessionCounts={sessions.data} org={org} rows={rows} />
        )}
      </>
    );
  }
}

const countWords = (online: number, all: number): string =>
  all === 0 ? "None enrolled" : `${online} of ${all} online`;
