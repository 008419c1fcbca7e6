import type { MachineView } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowUp, Download, ScrollText, ShieldCheck } from "lucide-react";
import { useRef, useState } from "react";
import { errorMessage } from "../../api/errors.ts";
import { useLiveStatus } from "../../api/live-status.ts";
import { plural, t } from "../../lib/texts.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, EmptyState, Notice, Spinner, TableSkeleton } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { machineQueries } from "../machines/index.ts";
import { Loaded, PageHeader, Refused } from "../page/index.ts";
import { auditQueries } from "./audit.queries.ts";
import { type AuditFilter, changeFilter, describeFilter, type FilterChange } from "./audit-filter.ts";
import { AuditFilters } from "./audit-filters.tsx";
import { AuditTable } from "./audit-table.tsx";
import { ChainVerdict } from "./chain-verdict.tsx";
import { EntryDialog } from "./entry-dialog.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import { useAuditList } from "./use-audit-list.ts";

const REFUSED = t("Only owners, admins and auditors see the audit log");

const namesOf = (machines: readonly MachineView[]) => new Map(machines.map(({ id, name }) => [id, name]));

/** Who did what, when and from where; and whether that record is whole. */
export function AuditPage() {
  const { user } = useSession();
  const { org } = useOrg();
  const orgId = org?.id ?? "";
  const mayLook = org !== undefined && org.role !== "member";
  const live = useLiveStatus();
  const navigate = useNavigate();
  const { entry, ...filter } = useSearch({ from: "/signed-in/framed/audit-log" });
  const { list, entries, fetchMore, news } = useAuditList(orgId, filter, mayLook);
  const facets = useQuery({ ...auditQueries.facets(orgId, live), enabled: mayLook });
  const machineNames = useQuery({ ...machineQueries.list(orgId, live), enabled: mayLook, select: namesOf });
  const chain = useQuery(auditQueries.chain(orgId));
  const [isExporting, setIsExporting] = useState(false);
  const searchInput = useRef<HTMLInputElement>(null);
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({ "/": () => searchInput.current?.focus(), j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });

  const show = (next: AuditFilter) => {
    window.scrollTo({ top: 0 });
    void navigate({ to: "/audit-log", search: next, replace: true });
  };
  const change = (to: FilterChange) => show(changeFilter(filter, to));
  const open = (seq: number | undefined) =>
    void navigate({
      to: "/audit-log",
      search: seq === undefined ? filter : { ...filter, entry: seq },
      replace: true,
      resetScroll: false,
    });
  const isFiltered = describeFilter(filter).length > 0;
  const people = [...new Set([user.email, ...entries.flatMap(({ actor_email }) => actor_email ?? [])])].sort();
  const hasBegun = list.data !== undefined;

  return (
    <>
      <PageHeader title={t("Audit log")} summary={hasBegun && mayLook ? summary() : undefined}>
        {mayLook && (
          <>
            <Button
              icon={<ShieldCheck className="size-4" aria-hidden="true" />}
              busy={chain.isFetching}
              onClick={() => void chain.refetch()}
            >
              {t("Verify the chain")}
            </Button>
            <Button icon={<Download className="size-4" aria-hidden="true" />} onClick={() => setIsExporting(true)}>
              {t("Export")}
            </Button>
          </>
        )}
      </PageHeader>
      {mayLook ? (
        <>
          <div className="mb-4 empty:hidden">
            <ChainVerdict
              report={chain.data}
              checkedAtMs={chain.dataUpdatedAt}
              error={chain.isFetching ? null : chain.error}
              onOpen={open}
            />
          </div>
          <AuditFilters
            filter={filter}
            onChange={change}
            actions={facets.data?.actions ?? []}
            types={facets.data?.resource_types ?? []}
            people={people}
            search={searchInput}
          />
          <Loaded
            query={list}
            what={t("the audit log")}
            skeleton={<TableSkeleton what={t("the audit log")} rows={8} />}
            refused={REFUSED}
          >
            {body}
          </Loaded>
        </>
      ) : org ? (
        <Refused>{REFUSED}</Refused>
      ) : (
        <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
      )}
      {entry !== undefined && mayLook && (
        <EntryDialog
          orgId={orgId}
          seq={entry}
          entries={entries}
          onOpen={open}
          onFilter={show}
          onClose={() => open(undefined)}
        />
      )}
      {isExporting && <ExportDialog orgId={orgId} filter={filter} onClose={() => setIsExporting(false)} />}
    </>
  );

  function summary() {
    const newest = entries[0];
    if (!isFiltered)
      return newest
        ? t("{{value}} recorded, newest first", { value: newest.seq.toLocaleString("en-GB") })
        : t("Nothing recorded");
    const count = entries.length.toLocaleString("en-GB");
    if (list.hasNextPage) return t("{{number}} found so far, newest first", { number: count });
    return entries.length === 0 ? t("None found") : t("{{number}} found, newest first", { number: count });
  }

  function body() {
    if (entries.length === 0 && !list.hasNextPage) {
      return isFiltered ? (
        <EmptyState
          title={t("No entry matches")}
          hint={t("Take a part of the filter away, or look at a longer time.")}
          action={<Button onClick={() => show({})}>{t("Show everything")}</Button>}
        />
      ) : (
        <EmptyState
          icon={<ScrollText className="size-8" strokeWidth={1.5} aria-hidden="true" />}
          title={t("Nothing is recorded yet")}
          hint={t("Whatever somebody changes, opens or is refused is listed here.")}
        />
      );
    }
    return (
      <>
        {news && (
          <div role="status" className="pointer-events-none sticky top-16 z-20 mb-3 flex justify-center">
            <Button
              look="primary"
              size="small"
              className="pointer-events-auto shadow-float"
              icon={<ArrowUp className="size-4" aria-hidden="true" />}
              // There they come by themselves. Before the scroll is known, the virtual list would undo it for rows on top.
              onClick={() => window.scrollTo({ top: 0 })}
            >
              {news.hasMore
                ? t("{{number}}+ new entries", { number: news.count })
                : plural(news.count, { one: "{{count}} new entry", other: "{{count}} new entries" })}
            </Button>
          </div>
        )}
        {entries.length > 0 && (
          <AuditTable
            entries={entries}
            machineNames={machineNames.data}
            rows={rows}
            onOpen={({ seq }) => open(seq)}
            onEnd={fetchMore}
          />
        )}
        {list.isFetchNextPageError ? (
          <div className="mt-3">
            <Notice
              tone="danger"
              title={t("Could not load older entries")}
              action={
                <Button size="small" onClick={() => void list.fetchNextPage()}>
                  {t("Try again")}
                </Button>
              }
            >
              {errorMessage(list.error)}
            </Notice>
          </div>
        ) : list.hasNextPage ? (
          <p className="flex items-center justify-center gap-2 py-4 text-ink-3 text-sm" role="status">
            <Spinner /> {entries.length === 0 ? t("Searching the log…") : t("Looking further back…")}
          </p>
        ) : null}
      </>
    );
  }
}
