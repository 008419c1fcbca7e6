import type { MachineView } from "@sallyport/protocol";
import { Search } from "lucide-react";
import { type Ref, useDeferredValue, useMemo } from "react";
import { t } from "../../lib/texts.ts";
import { Button, CheckList, inputClass, Select } from "../../ui/index.tsx";
import { shellRefusal, sortMachines } from "../machines/index.ts";
import { filterMachines, type MachineFilter, tagsOf } from "./choose-machines.ts";

const KINDS = [
  { value: "", words: t("Every kind") },
  { value: "machine", words: t("Machines") },
  { value: "gateway", words: t("Gateways") },
  { value: "hub", words: t("Hubs") },
  { value: "spoke", words: t("Spokes") },
] as const satisfies { value: MachineView["kind"] | ""; words: string }[];

interface MachinePickerProps {
  machines: readonly MachineView[];
  filter: MachineFilter;
  onFilter: (filter: MachineFilter) => void;
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
  search: Ref<HTMLInputElement>;
}

/** The machines that a command is to run on. Those where it cannot are shown with the reason. */
export function MachinePicker({ machines, filter, onFilter, chosen, onChoose, search }: MachinePickerProps) {
  const wanted = useDeferredValue(filter);
  const sorted = useMemo(() => sortMachines(machines), [machines]);
  const tags = useMemo(() => tagsOf(machines), [machines]);
  const { items, ready } = useMemo(() => {
    const items = filterMachines(sorted, wanted).map((machine) => ({
      id: machine.id,
      words: machine.name,
      detail: machine.tags.length > 0 ? machine.tags.join(", ") : (machine.tailnet_ip ?? undefined),
      problem: shellRefusal(machine, "admin"),
    }));
    return { items, ready: items.filter(({ problem }) => problem === undefined).map(({ id }) => id) };
  }, [sorted, wanted]);
  // Of an older run, some may be gone.
  const count = useMemo(() => machines.filter(({ id }) => chosen.has(id)).length, [machines, chosen]);
  const isFiltered = Boolean(wanted.q?.trim() || wanted.kind || wanted.tag);
  const areAllChosen = ready.length > 0 && ready.every((id) => chosen.has(id));

  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  const change = (to: { [Key in keyof MachineFilter]: MachineFilter[Key] | undefined }) => {
    const next = Object.entries({ ...filter, ...to }).filter(([, value]) => value !== undefined && value !== "");
    onFilter(Object.fromEntries(next));
  };

  return (
    <div className="grid min-w-0 gap-2">
      <div className="flex min-w-0 flex-wrap gap-2">
        <search className="relative min-w-40 flex-1">
          <Search
            className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-3"
            aria-hidden="true"
          />
          <input
            ref={search}
            type="search"
            aria-label={t("Search machines")}
            aria-keyshortcuts="/"
            placeholder={t("Name, address or tag")}
            autoComplete="off"
            spellCheck={false}
            value={filter.q ?? ""}
            onChange={(event) => change({ q: event.target.value })}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              event.preventDefault();
              if (filter.q) change({ q: undefined });
              else event.currentTarget.blur();
            }}
            className={`${inputClass} pl-8.5!`}
          />
        </search>
        <div className="w-34 max-sm:flex-1">
          <Select
            label={t("Kind")}
            labelHidden
            options={KINDS}
            value={filter.kind ?? ""}
            onChange={(kind) => change({ kind: kind === "" ? undefined : kind })}
          />
        </div>
        {tags.length > 0 && (
          <div className="w-34 max-sm:flex-1">
            <Select
              label={t("Tag")}
              labelHidden
              options={[{ value: "", words: t("Every tag") }, ...tags.map((tag) => ({ value: tag, words: tag }))]}
              value={filter.tag ?? ""}
              onChange={(tag) => change({ tag: tag === "" ? undefined : tag })}
            />
          </div>
        )}
      </div>
      {items.length > 0 ? (
        <CheckList label={t("Machines")} items={items} chosen={chosen} onToggle={toggle} />
      ) : (
        <p className="grid h-64 place-items-center rounded-md border border-line-strong px-4 text-center text-ink-2 text-sm">
          {isFiltered ? t("No machine matches") : t("No machines are enrolled yet")}
        </p>
      )}
      <div className="flex min-h-8 flex-wrap items-center gap-2">
        <p className="mr-auto text-ink-2 text-sm" aria-live="polite">
          {count === 0 ? t("None chosen") : t("{{number}} chosen", { number: count })}
        </p>
        {count > 0 && (
          <Button size="small" look="quiet" onClick={() => onChoose(new Set())}>
            {t("Choose none")}
          </Button>
        )}
        <Button
          size="small"
          disabled={ready.length === 0 || areAllChosen}
          onClick={() => onChoose(new Set([...chosen, ...ready]))}
        >
          {isFiltered
            ? t("Choose the {{number}} online that match", { number: ready.length })
            : t("Choose all {{number}} online", { number: ready.length })}
        </Button>
      </div>
    </div>
  );
}
