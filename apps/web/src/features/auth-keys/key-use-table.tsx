import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Badge, DataTable, EmptyState, TableSkeleton, type Tone } from "../../ui/index.tsx";
import { Loaded } from "../page/index.ts";
import type { AuthKeyRow } from "./auth-key.ts";
import { authKeyQueries, type KeyUse, USES_SHOWN } from "./auth-keys.queries.ts";

const GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,2fr)_minmax(0,1.4fr)_minmax(0,1.2fr)_minmax(0,1fr)]";

interface Fate {
  words: string;
  tone: Tone;
}

/** Which machines registered with a key, when and from where. */
export function KeyUseTable({ orgId, authKey }: { orgId: string; authKey: AuthKeyRow }) {
  const live = useLiveStatus();
  const uses = useQuery(authKeyQueries.uses(orgId, authKey.id, live));
  const machines = useQuery(authKeyQueries.machines(orgId, authKey.id, live));
  const statuses = useMemo(
    () => machines.data && new Map(machines.data.map(({ id, status }) => [id, status])),
    [machines.data],
  );
  const nowMs = useNow();
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({ j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });

  /** What became of the machine; nothing when it is as this key made it. */
  const fateOf = ({ machine_id }: KeyUse): Fate | undefined => {
    if (machine_id === null) return { words: t("deleted"), tone: "neutral" };
    if (!statuses) return undefined;
    const status = statuses.get(machine_id);
    if (status === undefined) return { words: t("enrolled with another key since"), tone: "neutral" };
    return status === "quarantined" ? { words: t("quarantined"), tone: "warn" } : undefined;
  };

  return (
    <section aria-labelledby="key-uses">
      <h2 id="key-uses" className="mb-2 font-semibold text-lg">
        {t("Used by")}
      </h2>
      <Loaded
        query={uses}
        what={t("its uses")}
        skeleton={<TableSkeleton what={t("its uses")} rows={2} />}
        refused={t("Only owners, admins and auditors see who used a key")}
      >
        {(found) =>
          found.length === 0 ? (
            <EmptyState title={t("No machine has used it")} hint={t("Each one that enrols with it is listed here.")} />
          ) : (
            <>
              <DataTable
                label={t("Uses of the key")}
                grid={GRID}
                columns={[t("Machine"), t("What it did"), t("From"), t("When")]}
                rows={found}
                rowKey={({ id }) => id}
                keys={rows}
              >
                {(use) => <Cells use={use} fate={fateOf(use)} nowMs={nowMs} />}
              </DataTable>
              {found.length === USES_SHOWN && (
                <p className="mt-2 text-ink-3 text-sm">
                  {t("These are the latest {{value}}.", { value: USES_SHOWN.toLocaleString("en") })}
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function Cells({ use, fate, nowMs }: { use: KeyUse; fate: Fate | undefined; nowMs: number }) {
  const { machine_id, machine_name, outcome, ip_address, created_at } = use;
  return (
    <>
      <th scope="row" className="flex min-w-0 flex-wrap items-center gap-x-2 text-left font-normal">
        {machine_id === null ? (
          <bdi className="truncate text-ink-2">{machine_name}</bdi>
        ) : (
          <Link
            data-open
            to="/machines/$machineId"
            params={{ machineId: machine_id }}
            className="truncate font-medium underline-offset-2 hover:underline"
          >
            <bdi>{machine_name}</bdi>
          </Link>
        )}
        {fate && <Badge tone={fate.tone}>{fate.words}</Badge>}
      </th>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:col-start-1 max-md:row-start-2">
        {outcome === "enrolled" ? t("Enrolled") : t("Enrolled again")}
        {ip_address && <span className="text-ink-3 md:hidden">{t(" from {{ip_address}}", { ip_address })}</span>}
      </td>
      <td className="min-w-0 truncate font-mono text-ink-2 text-sm max-md:hidden">{ip_address ?? "–"}</td>
      <td
        className="min-w-0 truncate text-ink-2 text-sm max-md:row-span-2 max-md:row-start-1"
        title={fullTime(created_at)}
      >
        {timeAgo(created_at, nowMs)}
      </td>
    </>
  );
}
