import { setTimeout as sleep } from "node:timers/promises";
import { type AuditRow, auditApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { parseMoment } from "../moment.ts";
import type { Column } from "../output/printer.ts";
import { seconds } from "../output/seconds.ts";

export interface AuditListOptions {
  action?: string;
  user?: string;
  resource?: string;
  text?: string;
  since?: string;
  until?: string;
  limit: number;
  follow?: boolean;
}

type Row = AuditRow & { actor_email: string | null };

const COLUMNS: readonly Column<Row>[] = [
  { header: "Time", cell: ({ created_at }) => seconds(created_at), whole: true },
  { header: "Action", cell: ({ action }) => action },
  { header: "Resource", cell: resourceOf },
  { header: "User", cell: ({ actor_email, actor_id }) => actor_email ?? actor_id ?? "-" },
  { header: "IP", cell: ({ ip_address }) => ip_address ?? "-" },
  { header: "Details", cell: ({ metadata }) => detailsOf(metadata) },
];

/** Rows of one page, and how often a follower asks. */
const PAGE_ROWS = 500;
const ASK_EVERY_MS = 2_000;
/** What a follower is shown of what was before. */
const FOLLOW_FROM = 10;

/** `gatekey-admin audit list`: newest first; with `--follow` as it comes. */
export async function auditList({ print, signedIn }: Cli, options: AuditListOptions): Promise<void> {
  const { api, orgId } = await signedIn();
  const now = Date.now();
  const { action, user, resource, text, since, until, limit, follow } = options;
  const filters = {
    org_id: orgId,
    ...(action !== undefined && { event: action }),
    ...(user !== undefined && { actor: user }),
    ...(resource !== undefined && { resource_type: resource }),
    ...(text !== undefined && { text }),
    ...(since !== undefined && { since: parseMoment(since, now) }),
    ...(until !== undefined && { until: parseMoment(until, now) }),
  };
  /** The newest rows that match and come after one, newest first. */
  const search = async (count: number, after = 0): Promise<Row[]> => {
    const rows: Row[] = [];
    for (let before: number | null | undefined; before !== null && rows.length < count; ) {
      const page = await api.act(auditApi, "search", {
        ...filters,
        after,
        limit: Math.min(PAGE_ROWS, count - rows.length),
        ...(before !== undefined && { before }),
      });
      rows.push(...page.logs);
      before = page.next;
    }
    return rows;
  };
  if (!follow) return print.list(await search(limit), COLUMNS, { empty: "No entry matches." });
  let last = 0;
  for (let count = FOLLOW_FROM; ; count = Number.POSITIVE_INFINITY) {
    const rows = (await search(count, last)).reverse();
    last = rows.at(-1)?.seq ?? last;
    for (const row of rows) print.line(row, () => COLUMNS.map(({ cell }) => cell(row)).join("  "));
    await sleep(ASK_EVERY_MS);
  }
}

function resourceOf({ resource_type, resource_id, metadata }: Row): string {
  const name = metadata.machine_name ?? metadata.name ?? metadata.email ?? resource_id;
  return typeof name === "string" ? `${resource_type} ${name}` : resource_type;
}

/** What a reader wants to know first, of the facts that an entry has. */
const TOLD = ["command", "exit_code", "cause", "tool", "target", "status", "role", "code", "reason"] as const;

const detailsOf = (metadata: Row["metadata"]): string =>
  TOLD.flatMap((name) => {
    const value = metadata[name];
    return value === undefined || value === null ? [] : [`${name}=${String(value)}`];
  }).join(" ");
