/** What of the audit log is shown: as the address has it, as the API takes it, and in words. */
// Types only: the address is read before anything of the protocol may run; see zod-without-eval.ts.
import type { AuditClass } from "@sallyport/protocol";
import { fullTime } from "../../lib/format-time.ts";
import { choiceParam, countParam, givenParams, textParam } from "../../lib/search-params.ts";
import { t } from "../../lib/texts.ts";

const HOUR_MS = 3_600_000;
export const SPANS = {
  "1h": { words: t("Last hour"), ms: HOUR_MS },
  "1d": { words: t("Last 24 hours"), ms: 24 * HOUR_MS },
  "7d": { words: t("Last 7 days"), ms: 7 * 24 * HOUR_MS },
} as const;
export type Span = keyof typeof SPANS;

export const CLASS_WORDS: Record<AuditClass, string> = {
  access: t("Access"),
  admin: t("Administration"),
  denied: t("Refusals"),
  system: t("System"),
};

export const CLASSES = Object.keys(CLASS_WORDS) as AuditClass[];

export interface AuditFilter {
  text?: string;
  /** Any part of an action's name. */
  event?: string;
  class?: AuditClass;
  /** Kind of resource, and which of them. */
  type?: string;
  id?: string;
  /** A person's e-mail address or id. */
  actor?: string;
  /** Up to now; or else `since` and `until`, as instants in UTC. */
  last?: Span;
  since?: string;
  until?: string;
}

/** The filter, and the entry that is open, by its number. */
export interface AuditSearch extends AuditFilter {
  entry?: number;
}

/** As the API limits them; an address with more is not one of ours. */
const TEXT_CHARS = 256;
const NAME_CHARS = 128;

const textOf = (value: unknown, longest: number): string | undefined => {
  const text = textParam(value);
  return text?.trim() && text.length <= longest ? text : undefined;
};
const instantOf = (value: unknown): string | undefined => {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return ms >= 0 ? new Date(ms).toISOString() : undefined;
};
const spanOf = (value: unknown): Span | undefined => choiceParam(Object.keys(SPANS) as Span[], value);

/** Reads the address's search parameters; what makes no sense counts as absent. */
export function readAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const last = spanOf(raw.last);
  return givenParams({
    text: textOf(raw.text, TEXT_CHARS),
    event: textOf(raw.event, NAME_CHARS),
    class: choiceParam(CLASSES, raw.class),
    type: textOf(raw.type, NAME_CHARS),
    id: textOf(raw.id, TEXT_CHARS),
    actor: textOf(raw.actor, TEXT_CHARS),
    last,
    since: last ? undefined : instantOf(raw.since),
    until: last ? undefined : instantOf(raw.until),
    entry: countParam(raw.entry),
  });
}

export type FilterChange = { [Key in keyof AuditFilter]: AuditFilter[Key] | undefined };

/** The filter with some of it changed; `undefined` takes a part away. */
export const changeFilter = (filter: AuditFilter, change: FilterChange): AuditFilter =>
  givenParams({ ...filter, ...change });

/** The filter as searches and exports take it. */
export function filterInput(filter: AuditFilter, nowMs: number) {
  const { text, event, type, id, actor, last, since, until } = filter;
  const from = last ? new Date(nowMs - SPANS[last].ms).toISOString() : since;
  return {
    ...(text !== undefined && { text }),
    ...(event !== undefined && { event }),
    ...(filter.class !== undefined && { class: filter.class }),
    ...(type !== undefined && { resource_type: type }),
    ...(id !== undefined && { resource_id: id }),
    ...(actor !== undefined && { actor }),
    ...(from !== undefined && { since: from }),
    ...(until !== undefined && { until }),
  };
}

export interface FilterPart {
  name: string;
  words: string;
  /** What takes it away. */
  without: FilterChange;
}

/** Every part of the filter in words. */
export function describeFilter(filter: AuditFilter): FilterPart[] {
  const { text, event, type, id, actor, last, since, until } = filter;
  const parts: (FilterPart | undefined)[] = [
    text === undefined ? undefined : { name: t("Text"), words: text, without: { text: undefined } },
    event === undefined ? undefined : { name: t("Action"), words: event, without: { event: undefined } },
    filter.class && { name: t("Class"), words: CLASS_WORDS[filter.class], without: { class: undefined } },
    type === undefined ? undefined : { name: t("Resource"), words: typeWords(type), without: { type: undefined } },
    id === undefined ? undefined : { name: t("Resource ID"), words: id, without: { id: undefined } },
    actor === undefined ? undefined : { name: t("Person"), words: actor, without: { actor: undefined } },
    last && { name: t("Time"), words: SPANS[last].words.toLowerCase(), without: { last: undefined } },
    since === undefined ? undefined : { name: t("From"), words: fullTime(since), without: { since: undefined } },
    until === undefined ? undefined : { name: t("Until"), words: fullTime(until), without: { until: undefined } },
  ];
  return parts.filter((part) => part !== undefined);
}

/** `remote_desktop_session` as people write it. */
export const typeWords = (type: string): string => type.replaceAll("_", " ");

const two = (value: number): string => String(value).padStart(2, "0");

/** An instant as an input of the type `datetime-local` shows it, in the reader's time zone. */
export function toLocalInput(instant: string | undefined): string {
  if (instant === undefined) return "";
  const at = new Date(instant);
  const date = [String(at.getFullYear()).padStart(4, "0"), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The instant that such an input names; undefined while it is empty or half filled in. */
export function fromLocalInput(text: string): string | undefined {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) || at.getTime() < 0 ? undefined : at.toISOString();
}
