import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { firstLine } from "../../lib/plain-text.ts";
import { t } from "../../lib/texts.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { Button, DataTable, Dot } from "../../ui/index.tsx";
import { type CommandResult, describeState, durationWords, isOver } from "./command-result.ts";
import type { ResultGroup } from "./group-results.ts";
import { OutputView } from "./output-view.tsx";
import { machineWords } from "./run-history.tsx";

const GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.4fr)_minmax(0,1.2fr)_5.5rem_minmax(0,2.4fr)_4.5rem]";

interface ResultTableProps {
  results: readonly CommandResult[];
  rows: RowKeys;
  onStop: (result: CommandResult) => void;
}

/** A row a machine; one that is opened shows what the command wrote there. */
export function ResultTable({ results, rows, onStop }: ResultTableProps) {
  const { open, toggle } = useOpenRows();
  return (
    <DataTable
      label={t("Results")}
      grid={GRID}
      columns={[t("Machine"), t("Result"), t("Took"), t("Output"), ""]}
      rows={results}
      rowKey={({ machineId }) => machineId}
      keys={rows}
    >
      {(result) => {
        const { machineId, machineName, durationMs } = result;
        const isOpen = open.has(machineId);
        return (
          <>
            <th scope="row" className="min-w-0 text-left font-normal">
              <Opener words={machineName} isOpen={isOpen} onToggle={() => toggle(machineId)} />
            </th>
            <td className="min-w-0 max-md:col-start-1 max-md:row-start-2 max-md:pl-5.5">
              <StateWords state={result.state} />
            </td>
            <td className="min-w-0 truncate text-ink-2 text-sm tabular-nums max-md:hidden">
              {durationMs === undefined ? <span className="sr-only">{t("not yet")}</span> : durationWords(durationMs)}
            </td>
            <td className="min-w-0 max-md:col-span-2 max-md:col-start-1 max-md:row-start-3 max-md:pl-5.5">
              <FirstLine result={result} />
            </td>
            <td className="flex justify-end max-md:col-start-2 max-md:row-span-2 max-md:row-start-1">
              {!isOver(result) && (
                <Button size="small" look="quiet" onClick={() => onStop(result)}>
                  {t("Stop")}
                  <span className="sr-only">{t(" on {{machineName}}", { machineName })}</span>
                </Button>
              )}
            </td>
            {isOpen && <Opened result={result} />}
          </>
        );
      }}
    </DataTable>
  );
}

/** A row for each way in which it went. */
export function GroupTable({ groups, rows }: { groups: readonly ResultGroup[]; rows: RowKeys }) {
  const { open, toggle } = useOpenRows();
  return (
    <DataTable
      label={t("Results by output")}
      grid="max-md:grid-cols-[minmax(0,1fr)] md:grid-cols-[minmax(0,1.6fr)_minmax(0,1.2fr)_minmax(0,2.6fr)]"
      columns={[t("Machines"), t("Result"), t("Output")]}
      rows={groups}
      rowKey={({ key }) => key}
      keys={rows}
    >
      {({ key, results }) => {
        const [first] = results;
        const isOpen = open.has(key);
        const names = results.map(({ machineName }) => machineName).join(", ");
        return (
          <>
            <th scope="row" className="min-w-0 text-left font-normal">
              <Opener
                words={results.length === 1 ? first.machineName : machineWords(results.length)}
                isOpen={isOpen}
                onToggle={() => toggle(key)}
              />
              {results.length > 1 && (
                <bdi className="block truncate pl-5.5 text-ink-3 text-xs" title={names}>
                  {names}
                </bdi>
              )}
            </th>
            <td className="min-w-0 max-md:pl-5.5">
              <StateWords state={first.state} />
            </td>
            <td className="min-w-0 max-md:pl-5.5">
              {isOver(first) ? <FirstLine result={first} /> : <span className="text-ink-3 text-sm">–</span>}
            </td>
            {isOpen && (
              <td className="col-span-full grid min-w-0 gap-2 py-2">
                {results.length > 1 && <p className="wrap-anywhere text-ink-2 text-sm">{names}</p>}
                {isOver(first) && <OutputView output={first.output} state={first.state} />}
              </td>
            )}
          </>
        );
      }}
    </DataTable>
  );
}

function useOpenRows() {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return { open, toggle };
}

const Opener = ({ words, isOpen, onToggle }: { words: string; isOpen: boolean; onToggle: () => void }) => (
  <button
    type="button"
    data-open
    aria-expanded={isOpen}
    onClick={onToggle}
    className="flex max-w-full items-center gap-1.5 rounded-sm text-left font-medium hover:underline"
  >
    <ChevronRight
      className={`size-4 shrink-0 text-ink-3 transition-transform duration-(--quick) ${isOpen ? "rotate-90" : ""}`}
      aria-hidden="true"
    />
    <bdi className="min-w-0 truncate">{words}</bdi>
  </button>
);

function StateWords({ state }: Pick<CommandResult, "state">) {
  const { tone, word, detail } = describeState(state);
  return (
    <span className="flex min-w-0 items-baseline gap-1.5 text-ink-2 text-sm" title={detail}>
      <Dot tone={tone} pulse={tone === "accent"} />
      <span className={`shrink-0 ${tone === "danger" ? "text-danger" : ""}`}>{word}</span>
      {detail && <span className="truncate text-ink-3">{detail}</span>}
    </span>
  );
}

function FirstLine({ result: { output } }: { result: CommandResult }) {
  const said = output && firstLine(output.stdout);
  const complained = said === undefined && output ? firstLine(output.stderr) : undefined;
  return (
    <span className={`block truncate font-mono text-xs ${complained === undefined ? "text-ink-2" : "text-danger"}`}>
      {said ?? complained ?? <span className="text-ink-3">{output ? "–" : t("not recorded")}</span>}
    </span>
  );
}

function Opened({ result }: { result: CommandResult }) {
  const { state, output } = result;
  return (
    <td className="col-span-full grid min-w-0 gap-2 py-2">
      {state.is === "failed" && <p className="wrap-anywhere text-danger text-sm">{state.reason}</p>}
      <OutputView output={output} state={state} />
    </td>
  );
}
