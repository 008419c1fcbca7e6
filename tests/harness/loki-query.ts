/** The little of LogQL that the contract's two queries need: a selector, line filters, `json`, and label filters. */

export interface LokiEntry {
  labels: Record<string, string>;
  /** Nanoseconds since 1970. */
  time: bigint;
  line: string;
}

type Stage = (entry: LokiEntry) => LokiEntry | undefined;

const STAGE = /^\s*(?:\|=\s*"((?:[^"\\]|\\.)*)"|\|\s*(json)(?![\w=])|\|\s*(\w+)\s*=\s*"((?:[^"\\]|\\.)*)")/;

/** Entries that a query finds, oldest first; `json` adds the line's members to their labels. */
export function findEntries(query: string, entries: readonly LokiEntry[]): LokiEntry[] {
  const selector = /^\s*\{([^}]*)\}/.exec(query);
  if (!selector) throw new Error(`this is not LogQL as we know it: ${query}`);
  const stages: Stage[] = [...(selector[1] ?? "").matchAll(/(\w+)\s*=\s*"([^"]*)"/g)].map(([, name, value]) =>
    hasLabel(name, value),
  );
  for (let rest = query.slice(selector[0].length); rest.trim() !== ""; ) {
    const stage = STAGE.exec(rest);
    if (!stage) throw new Error(`this is not LogQL as we know it: ${rest}`);
    const [whole, contained, json, name, value] = stage;
    if (json) stages.push(extractJson);
    else if (name !== undefined) stages.push(hasLabel(name, value));
    else stages.push((entry) => (entry.line.includes(contained ?? "") ? entry : undefined));
    rest = rest.slice(whole.length);
  }
  return entries
    .flatMap((entry) => stages.reduce<LokiEntry | undefined>((kept, stage) => kept && stage(kept), entry) ?? [])
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

const hasLabel =
  (name = "", value = ""): Stage =>
  (entry) =>
    entry.labels[name] === value ? entry : undefined;

/** Nested members get their path as name, joined by `_`; a label that exists keeps its value. */
const extractJson: Stage = (entry) => ({
  ...entry,
  labels: { ...Object.fromEntries(membersOf(JSON.parse(entry.line) as object, "")), ...entry.labels },
});

function membersOf(value: object, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const path = `${prefix}${name}`;
    if (member === null || Array.isArray(member)) return [];
    return typeof member === "object" ? membersOf(member, `${path}_`) : [[path, String(member)] as [string, string]];
  });
}
