import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import type { RowKeys } from "../../lib/use-row-keys.ts";
import { Button, DataTable, Dot, type Tone } from "../../ui/index.tsx";
import { differing, type Finding } from "./finding.ts";
import type { KeptRun } from "./kept-runs.ts";
import { rowOfKept } from "./place-row.ts";
import { questionWords } from "./question.ts";

interface KeptHistoryProps {
  runs: readonly KeptRun[];
  rows: RowKeys;
  onShow: (run: KeptRun) => void;
  onAgain: (run: KeptRun) => void;
}

/** What was asked in this browser, with what was found. */
export function KeptHistory({ runs, rows, onShow, onAgain }: KeptHistoryProps) {
  const nowMs = useNow();
  return (
    <DataTable
      label={t("Runs of this browser")}
      grid="max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,2fr)_minmax(0,1.6fr)_minmax(0,1.6fr)_6rem_6rem]"
      columns={[t("Question"), t("From"), t("Result"), t("When"), ""]}
      rows={runs}
      rowKey={({ id }) => id}
      keys={rows}
    >
      {(run) => {
        const { question, places, startedAt } = run;
        const { tone, words } = resultWords(run);
        const from = places.map(({ label }) => label).join(", ");
        return (
          <>
            <th scope="row" className="min-w-0 text-left font-normal">
              <button
                type="button"
                data-open
                onClick={() => onShow(run)}
                className="block max-w-full truncate rounded-sm text-left font-mono text-sm hover:underline"
              >
                {questionWords(question)}
              </button>
            </th>
            <td className="min-w-0 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-2">
              <bdi className="block truncate" title={from}>
                {from}
              </bdi>
            </td>
            <td className="min-w-0 text-ink-2 text-sm max-md:col-start-1 max-md:row-start-3">
              <span className="flex min-w-0 items-baseline gap-1.5">
                <Dot tone={tone} />
                <span className="truncate">{words}</span>
                <span className="shrink-0 text-ink-3 md:hidden">{timeAgo(startedAt, nowMs)}</span>
              </span>
            </td>
            <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden" title={fullTime(startedAt)}>
              {timeAgo(startedAt, nowMs)}
            </td>
            <td className="flex justify-end max-md:col-start-2 max-md:row-span-3 max-md:row-start-1">
              <Button size="small" onClick={() => onAgain(run)}>
                {t("Run again")}
                <span className="sr-only">: {questionWords(question)}</span>
              </Button>
            </td>
          </>
        );
      }}
    </DataTable>
  );
}

function resultWords({ places }: KeptRun): { tone: Tone; words: string } {
  const found = places.flatMap((place): [string, Finding][] => {
    const { location, finding } = rowOfKept(place);
    return finding ? [[location, finding]] : [];
  });
  const succeeded = places.filter(({ status }) => status === "success").length;
  if (differing(new Map(found)).size > 0)
    return { tone: "warn", words: t("{{succeeded}} of {{number}}; they differ", { succeeded, number: places.length }) };
  if (succeeded === places.length) {
    return {
      tone: "ok",
      words: places.length === 1 ? t("Success") : t("Success at all {{number}}", { number: places.length }),
    };
  }
  const [only] = places;
  if (places.length === 1 && only) return { ...rowOfKept(only), words: rowOfKept(only).word };
  return { tone: "danger", words: t("{{succeeded}} of {{number}} succeeded", { succeeded, number: places.length }) };
}
