import type { AuditClass } from "@sallyport/protocol";
import { Search, X } from "lucide-react";
import { type Ref, useState } from "react";
import { t } from "../../lib/texts.ts";
import { Button, Field, Kbd, Select } from "../../ui/index.tsx";
import {
  type AuditFilter,
  CLASS_WORDS,
  CLASSES,
  describeFilter,
  type FilterChange,
  fromLocalInput,
  SPANS,
  type Span,
  toLocalInput,
  typeWords,
} from "./audit-filter.ts";
import { DraftInput } from "./draft-input.tsx";

interface AuditFiltersProps {
  filter: AuditFilter;
  onChange: (change: FilterChange) => void;
  /** What the log has; empty while it is not known. */
  actions: readonly string[];
  types: readonly string[];
  /** E-mail addresses of people that one may look for. */
  people: readonly string[];
  search: Ref<HTMLInputElement>;
}

const SPAN_NAMES = Object.keys(SPANS) as Span[];

/** Everything by which the log can be narrowed, and below it what it is narrowed by. */
export function AuditFilters({ filter, onChange, actions, types, people, search }: AuditFiltersProps) {
  const { text, event, type, actor, last, since, until } = filter;
  // The two fields stay while neither is filled in.
  const [isCustom, setIsCustom] = useState(false);
  const hasMoments = since !== undefined || until !== undefined;
  const time = last ?? (hasMoments || isCustom ? "custom" : "");
  const chooseTime = (value: "" | "custom" | Span) => {
    setIsCustom(value === "custom");
    onChange({ last: value === "" || value === "custom" ? undefined : value, since: undefined, until: undefined });
  };
  const chosenType = type !== undefined && !types.includes(type) ? [type, ...types] : types;

  return (
    <search className="mb-4 grid gap-3">
      <div className="grid grid-cols-2 gap-2 md:grid-cols-[minmax(0,2fr)_repeat(5,minmax(0,1fr))]">
        <span className="relative col-span-2 md:col-span-1">
          <Search
            className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-3"
            aria-hidden="true"
          />
          <DraftInput
            ref={search}
            type="search"
            label={t("Search the log")}
            aria-keyshortcuts="/"
            placeholder={t("Any text")}
            maxLength={256}
            value={text ?? ""}
            commitOn="typing"
            onCommit={(value) => onChange({ text: value || undefined })}
            className="pr-9! pl-8.5!"
          />
          <span
            className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 pointer-coarse:hidden"
            aria-hidden="true"
          >
            <Kbd>/</Kbd>
          </span>
        </span>
        <DraftInput
          label={t("Action")}
          placeholder={t("Any action")}
          title={t("Any part of an action's name, such as session")}
          maxLength={128}
          value={event ?? ""}
          suggestions={actions}
          commitOn="typing"
          onCommit={(value) => onChange({ event: value || undefined })}
        />
        <DraftInput
          label={t("Person")}
          placeholder={t("Any person")}
          title={t("The whole e-mail address, or the account's ID")}
          maxLength={256}
          value={actor ?? ""}
          suggestions={people}
          commitOn="done"
          onCommit={(value) => onChange({ actor: value || undefined })}
        />
        <Select
          label={t("Resource")}
          labelHidden
          options={[
            { value: "", words: t("Any resource") },
            ...chosenType.map((each) => ({ value: each, words: typeWords(each) })),
          ]}
          value={type ?? ""}
          onChange={(value) => onChange({ type: value || undefined, id: undefined })}
        />
        <Select<AuditClass | "">
          label={t("Class")}
          labelHidden
          options={[
            { value: "", words: t("Any class") },
            ...CLASSES.map((each) => ({ value: each, words: CLASS_WORDS[each] })),
          ]}
          value={filter.class ?? ""}
          onChange={(value) => onChange({ class: value || undefined })}
        />
        <Select<Span | "" | "custom">
          label={t("Time")}
          labelHidden
          options={[
            { value: "", words: t("Any time") },
            ...SPAN_NAMES.map((span) => ({ value: span, words: SPANS[span].words })),
            { value: "custom", words: t("From … until") },
          ]}
          value={time}
          onChange={chooseTime}
        />
      </div>
      {time === "custom" && (
        <div className="grid max-w-md gap-3 sm:grid-cols-2">
          <Field
            label={t("From")}
            type="datetime-local"
            value={toLocalInput(since)}
            onChange={({ target }) => onChange({ since: fromLocalInput(target.value) })}
          />
          <Field
            label={t("Until")}
            type="datetime-local"
            value={toLocalInput(until)}
            onChange={({ target }) => onChange({ until: fromLocalInput(target.value) })}
          />
        </div>
      )}
      <FilterParts filter={filter} onChange={onChange} />
    </search>
  );
}

/** What the list is narrowed by, each part with a button that takes it away. */
function FilterParts({ filter, onChange }: Pick<AuditFiltersProps, "filter" | "onChange">) {
  const parts = describeFilter(filter);
  if (parts.length === 0) return null;
  const all = parts.reduce<FilterChange>((change, { without }) => Object.assign(change, without), {});
  return (
    <ul className="flex flex-wrap items-center gap-1.5" aria-label={t("Filters")}>
      {parts.map(({ name, words, without }) => (
        <li key={name} className="flex min-w-0 max-w-full items-center rounded-md bg-sunken pl-2 text-sm">
          <span className="min-w-0 truncate text-ink-2">
            {name}: <bdi className="text-ink">{words}</bdi>
          </span>
          <button
            type="button"
            aria-label={t("Remove the filter {{name}}: {{words}}", { name, words })}
            title={t("Remove")}
            onClick={() => onChange(without)}
            className="flex size-7 shrink-0 items-center justify-center rounded-md text-ink-3 hover:text-ink pointer-coarse:size-10"
          >
            <X className="size-3.5" aria-hidden="true" />
          </button>
        </li>
      ))}
      {parts.length > 1 && (
        <li>
          <Button look="quiet" size="small" onClick={() => onChange(all)}>
            {t("Remove all")}
          </Button>
        </li>
      )}
    </ul>
  );
}
