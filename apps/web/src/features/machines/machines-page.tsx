import { isAdminRole, type MachineView, type Membership } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plus, Server } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, EmptyState, useToast } from "../../ui/index.tsx";
import { useOrg } from "../auth/index.ts";
import { Loaded, PageHeader, SearchBox } from "../page/index.ts";
import { countByMachine, sessionQueries } from "../sessions/index.ts";
import { AddMachineDialog } from "./add-machine-dialog.tsx";
import { filterMachines } from "./machine-filter.ts";
import { MachineFilters } from "./machine-filters.tsx";
import { sortMachines } from "./machine-list.ts";
import { MachineTable, MachineTableSkeleton } from "./machine-table.tsx";
import { machineQueries } from "./machines.queries.ts";
import { isReachable, shellRefusal } from "./presence.ts";
import { useMachineFilter } from "./use-machine-filter.ts";

/** Every machine of the organisation, with its presence, its address and the way in. */
export function MachinesPage() {
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
  const { filter, change } = useMachineFilter();
  const [adding, setAdding] = useState(false);
  // After a restart of the server every machine of thousands announces itself: they are sorted when there is time.
  const known = useDeferredValue(machines.data);
  const sorted = useMemo(() => sortMachines(known ?? []), [known]);
  const { q = "", kind, status, tag } = useDeferredValue(filter);
  const shown = useMemo(
    () => filterMachines(sorted, { q, ...(kind && { kind }), ...(status && { status }), ...(tag && { tag }) }),
    [sorted, q, kind, status, tag],
  );
  const isFiltered = q.trim() !== "" || Boolean(kind ?? status ?? tag);
  const rows = useRowKeys();
  const toast = useToast();
  const navigate = useNavigate();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({
    n: () => setAdding(true),
    j: toFirstRow,
    k: toFirstRow,
    ArrowDown: toFirstRow,
  });

  const openFound = () => {
    // Not what is drawn, which may be a moment behind what is typed.
    const [machine, another] = filterMachines(sorted, filter);
    if (!machine) return;
    if (another) return void rows.focusFirst();
    const refusal = shellRefusal(machine, org?.role);
    if (refusal) toast(refusal);
    else void navigate({ to: "/terminal/$machineId", params: { machineId: machine.id } });
  };

  // Then the one button stands in the middle of the page.
  const isEmpty = !org || machines.data?.length === 0;
  const addButton = (
    <Button
      look="primary"
      icon={<Plus className="size-4" aria-hidden="true" />}
      // Its room only, until it is known where it stands: a click would be lost if it went under it.
      className={machines.isPending ? "invisible" : ""}
      onClick={() => setAdding(true)}
    >
      {t("Add a machine")}
    </Button>
  );

  return (
    <>
      <PageHeader
        title={t("Machines")}
        summary={machines.data && known && countWords(sorted, isFiltered ? shown.length : undefined)}
      >
        {!isEmpty && (
          <>
            <SearchBox
              label={t("Search machines")}
              placeholder={t("Name, address or system")}
              value={filter.q ?? ""}
              onChange={(text) => change({ q: text })}
              onLeave={toFirstRow}
              onEnter={openFound}
            />
            {addButton}
          </>
        )}
      </PageHeader>
      {body()}
      {adding && org && <AddMachineDialog org={org} onClose={() => setAdding(false)} />}
    </>
  );

  function body() {
    if (!org) {
      return (
        <EmptyState
          title={t("You are in no organisation")}
          hint={t(
            "Ask an owner or admin to add your e-mail address to theirs. This page changes by itself when they do.",
          )}
        />
      );
    }
    return (
      <Loaded
        query={machines}
        what={t("the machines")}
        skeleton={<MachineTableSkeleton />}
        refused={t("Your role does not see machines")}
      >
        {() => (known ? list(org) : <MachineTableSkeleton />)}
      </Loaded>
    );
  }

  function list(org: Membership) {
    if (isEmpty) {
      return (
        <EmptyState
          icon={<Server className="size-8" strokeWidth={1.5} aria-hidden="true" />}
          title={t("No machines yet")}
          hint={t(
            "Run one command on a machine. It dials out to this server, so it needs no open port, and appears here within seconds.",
          )}
          action={addButton}
        />
      );
    }
    return (
      <>
        <MachineFilters machines={sorted} filter={filter} onChange={change} />
        {shown.length === 0 ? (
          nothingFound()
        ) : (
          <MachineTable machines={shown} sessionCounts={sessions.data} org={org} rows={rows} />
        )}
      </>
    );
  }

  function nothingFound() {
    const words = q.trim();
    const isNarrowed = Boolean(kind ?? status ?? tag);
    return (
      <EmptyState
        title={t("Nothing found")}
        hint={
          words
            ? isNarrowed
              ? t("No name, address, system or tag of the machines that are filtered for contains “{{words}}”.", {
                  words,
                })
              : t("No name, address, system or tag contains “{{words}}”.", { words })
            : t("No machine is as the filters say.")
        }
        action={
          <>
            {words && <Button onClick={() => change({ q: "" })}>{t("Clear the search")}</Button>}
            {isNarrowed && (
              <Button onClick={() => change({ kind: undefined, status: undefined, tag: undefined })}>
                {t("Clear filters")}
              </Button>
            )}
          </>
        }
      />
    );
  }
}

/** @param shown how many a filter lets through; undefined without one */
function countWords(all: readonly MachineView[], shown: number | undefined): string {
  if (all.length === 0) return t("None enrolled");
  const online = t("{{online}} of {{all}} online", { online: all.filter(isReachable).length, all: all.length });
  return shown === undefined ? online : t("{{online}}, {{shown}} shown", { online, shown });
}
