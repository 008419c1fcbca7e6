import type { DiagnosticTool } from "@sallyport/protocol";
import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { plainText } from "../../lib/plain-text.ts";
import { t } from "../../lib/texts.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { Badge, CopyButton, DataTable, Dot } from "../../ui/index.tsx";
import { COLUMNS, cellsOf, differing, type Finding } from "./finding.ts";
import type { PlaceRow } from "./place-row.ts";

/** One place is a line on a desk; on a phone what was found is a list under its name. */
const GRIDS: Record<DiagnosticTool, string> = {
  ping: "md:grid-cols-[minmax(0,1.6fr)_7rem_minmax(0,1.6fr)_5rem_5rem_5rem_4rem]",
  nslookup: "md:grid-cols-[minmax(0,1.4fr)_7rem_minmax(0,2fr)_minmax(0,1.2fr)_minmax(0,1fr)_4rem]",
  traceroute: "md:grid-cols-[minmax(0,1.6fr)_7rem_4rem_minmax(0,1.6fr)_5rem_4rem]",
  nc: "md:grid-cols-[minmax(0,1.6fr)_7rem_minmax(0,1.6fr)_4rem]",
  nmap: "md:grid-cols-[minmax(0,1.3fr)_7rem_minmax(0,1.6fr)_minmax(0,1.6fr)_4rem]",
};

interface ComparisonTableProps {
  tool: DiagnosticTool;
  places: readonly PlaceRow[];
  rows: RowKeys;
}

/** What the places found, side by side; those that found something else than most are marked. */
export function ComparisonTable({ tool, places, rows }: ComparisonTableProps) {
  // One place has nothing to be compared with: what its tool writes is what one looks at.
  const [open, setOpen] = useState<ReadonlySet<string>>(
    new Set(places.length === 1 ? places.map(({ location }) => location) : []),
  );
  const toggle = (location: string) => {
    const next = new Set(open);
    if (!next.delete(location)) next.add(location);
    setOpen(next);
  };
  const odd = useMemo(() => {
    const found = places.flatMap(({ location, finding }): [string, Finding][] =>
      finding ? [[location, finding]] : [],
    );
    return differing(new Map(found));
  }, [places]);
  const columns = COLUMNS[tool];

  return (
    <DataTable
      label={t("Comparison")}
      grid={`max-md:grid-cols-[minmax(0,1fr)_auto] ${GRIDS[tool]}`}
      columns={[t("From"), t("Status"), ...columns, t("Took")]}
      rows={places}
      rowKey={({ location }) => location}
      keys={rows}
    >
      {(place) => {
        const { location, label, tone, word, finding, durationMs } = place;
        const isOpen = open.has(location);
        const cells = finding && cellsOf(finding);
        return (
          <>
            <th scope="row" className="min-w-0 text-left font-normal">
              <button
                type="button"
                data-open
                aria-expanded={isOpen}
                onClick={() => toggle(location)}
                className="flex max-w-full items-center gap-1.5 rounded-sm text-left font-medium hover:underline"
              >
                <ChevronRight
                  className={`size-4 shrink-0 text-ink-3 transition-transform duration-(--quick) ${isOpen ? "rotate-90" : ""}`}
                  aria-hidden="true"
                />
                <bdi className="min-w-0 truncate">{label}</bdi>
              </button>
              {odd.has(location) && (
                <span className="block pl-5.5">
                  <Badge tone="warn">{t("differs")}</Badge>
                </span>
              )}
            </th>
            <td className="flex min-w-0 items-baseline gap-1.5 text-ink-2 text-sm">
              <Dot tone={tone} pulse={tone === "accent"} />
              <span className={tone === "danger" ? "text-danger" : ""}>{word}</span>
            </td>
            {cells ? (
              columns.map((column, index) => (
                <td
                  key={column}
                  className="min-w-0 wrap-anywhere text-ink-2 text-sm tabular-nums max-md:col-span-2 max-md:pl-5.5"
                >
                  <span className="text-ink-3 md:hidden">{column}: </span>
                  <span>{cells[index]}</span>
                </td>
              ))
            ) : (
              <td
                style={{ gridColumn: `span ${columns.length}` }}
                className="min-w-0 wrap-anywhere text-ink-2 text-sm max-md:col-span-2! max-md:pl-5.5"
              >
                {place.detail ?? (finding ? t("Its output says nothing that can be compared") : "")}
              </td>
            )}
            <td className="min-w-0 text-ink-2 text-sm tabular-nums max-md:col-span-2 max-md:pl-5.5">
              {durationMs === undefined ? (
                <span className="sr-only">{t("unknown")}</span>
              ) : (
                <>
                  <span className="text-ink-3 md:hidden">{t("Took:")} </span>
                  {(durationMs / 1_000).toFixed(1)} s
                </>
              )}
            </td>
            {isOpen && (
              <td className="col-span-full grid min-w-0 gap-2 py-2">
                <Details place={place} isDetailSaid={!cells} />
              </td>
            )}
          </>
        );
      }}
    </DataTable>
  );
}

function Details({ place, isDetailSaid }: { place: PlaceRow; isDetailSaid: boolean }) {
  const { output, finding, detail } = place;
  const result = finding?.result;
  const written = output ? plainText(output.text).trimEnd() : undefined;
  return (
    <>
      {detail && !isDetailSaid && <p className="wrap-anywhere text-danger text-sm">{detail}</p>}
      {result && "hops" in result && (
        <ol aria-label={t("Hops")} className="grid gap-0.5 font-mono text-xs">
          {result.hops.map(({ hop, host, address, rtt_ms }) => (
            <li key={hop} className="grid grid-cols-[2rem_minmax(0,1fr)_auto] gap-2">
              <span className="text-right text-ink-3">{hop}</span>
              <span className="wrap-anywhere">
                {address === null && host === null ? (
                  <span className="text-ink-3">{t("no answer")}</span>
                ) : (
                  <>
                    {address ?? host}
                    {host !== null && address !== null && host !== address && (
                      <span className="text-ink-3"> {host}</span>
                    )}
                  </>
                )}
              </span>
              <span className="text-ink-2">
                {rtt_ms.map((rtt) => (rtt === null ? "*" : t("{{value}} ms", { value: rtt.toFixed(1) }))).join("  ")}
              </span>
            </li>
          ))}
        </ol>
      )}
      {written === undefined ? (
        <p className="text-ink-3 text-sm">{t("What the tool wrote is not kept.")}</p>
      ) : written === "" ? (
        <p className="text-ink-3 text-sm">{t("It wrote nothing.")}</p>
      ) : (
        <section aria-label={t("Output")} className="min-w-0 overflow-hidden rounded-md border border-line bg-sunken">
          <header className="flex items-center justify-between gap-2 border-line border-b py-1 pr-1 pl-3">
            <span className="font-mono text-ink-2 text-xs">{t("Output")}</span>
            <CopyButton text={written}>{t("Copy")}</CopyButton>
          </header>
          <pre className="whitespace-pre-wrap wrap-anywhere px-3 py-2 font-mono text-xs">{written}</pre>
        </section>
      )}
      {output?.isCut && <p className="text-warn text-xs">{t("It wrote more than is kept, and was stopped for it.")}</p>}
    </>
  );
}
