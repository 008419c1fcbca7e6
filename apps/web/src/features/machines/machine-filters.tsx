import type { MachineKind, MachineView } from "@sallyport/protocol";
import { useMemo } from "react";
import { t } from "../../lib/texts.ts";
import { Button, Select } from "../../ui/index.tsx";
import { choicesOf, type MachineFilter, SHOWN_STATUSES, type ShownStatus } from "./machine-filter.ts";
import { KIND_WORDS, STATUS_WORDS } from "./machine-words.ts";

interface MachineFiltersProps {
  /** All of them, for what there is to choose from. */
  machines: readonly MachineView[];
  filter: MachineFilter;
  /** Undefined takes a part of the filter away. */
  onChange: (to: {
    kind?: MachineKind | undefined;
    status?: ShownStatus | undefined;
    tag?: string | undefined;
  }) => void;
}

/** By status, kind and tag; what all machines have alike is not offered. */
export function MachineFilters({ machines, filter, onChange }: MachineFiltersProps) {
  const { kinds, tags } = useMemo(() => choicesOf(machines), [machines]);
  const { kind, status, tag } = filter;
  // What the address asks for is shown, whether or not there is such a machine.
  const offeredTags = tag === undefined || tags.includes(tag) ? tags : [tag, ...tags];
  const offeredKinds = kind === undefined || kinds.includes(kind) ? kinds : [kind, ...kinds];
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2 sm:*:max-w-56 max-sm:*:min-w-[calc(50%-0.25rem)] max-sm:*:flex-1">
      <Select<ShownStatus | "">
        label={t("Status")}
        labelHidden
        options={[
          { value: "", words: t("Any status") },
          ...SHOWN_STATUSES.map((value) => ({ value, words: STATUS_WORDS[value] })),
        ]}
        value={status ?? ""}
        onChange={(value) => onChange({ status: value || undefined })}
      />
      {(offeredKinds.length > 1 || kind) && (
        <Select<MachineKind | "">
          label={t("Kind")}
          labelHidden
          options={[
            { value: "", words: t("Any kind") },
            ...offeredKinds.map((value) => ({ value, words: KIND_WORDS[value] })),
          ]}
          value={kind ?? ""}
          onChange={(value) => onChange({ kind: value || undefined })}
        />
      )}
      {offeredTags.length > 0 && (
        <Select
          label={t("Tag")}
          labelHidden
          options={[{ value: "", words: t("Any tag") }, ...offeredTags.map((value) => ({ value, words: value }))]}
          value={tag ?? ""}
          onChange={(value) => onChange({ tag: value || undefined })}
        />
      )}
      {(status || kind || tag) && (
        <Button
          size="small"
          look="quiet"
          onClick={() => onChange({ status: undefined, kind: undefined, tag: undefined })}
        >
          {t("Clear filters")}
        </Button>
      )}
    </div>
  );
}
