import type { auditExport } from "@sallyport/protocol";
import { and, asc, desc, eq, gt, gte, inArray, lt, lte, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { z } from "zod";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { auditLogs, users } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";
import { actionsOfClass } from "./audit-class.ts";
import { hashedRow } from "./audit-row.ts";
import { findHead } from "./chains.store.ts";
import { storableText } from "./fit-metadata.ts";
import type { HashedRow } from "./hash-chain.ts";

/** What searches and exports take alike. */
export type AuditFilters = Omit<z.output<typeof auditExport.query>, "org_id" | "format">;

const contains = (column: PgColumn | SQL, text: string): SQL =>
  sql`${column} ILIKE ${`%${text.replace(/[\\%_]/g, "\\$&")}%`}`;

/** In one piece, because folding the case is what costs; no text that is looked for goes over a line's end. */
const SEARCHED = sql`concat_ws(E'\n', ${auditLogs.action}, ${auditLogs.resourceType}, ${auditLogs.resourceId}, ${auditLogs.ipAddress}, ${auditLogs.metadata}::text)`;

const isActor = (actor: string): SQL =>
  isUuid(actor)
    ? eq(auditLogs.actorId, actor)
    : sql`${auditLogs.actorId} IN (SELECT ${users.id} FROM ${users} WHERE ${users.email} = ${actor.toLowerCase()})`;

function matches({ orgId }: OrgScope, filters: AuditFilters): SQL | undefined {
  const { since, until } = filters;
  const [event, resourceType, resourceId, actor, text] = [
    filters.event,
    filters.resource_type,
    filters.resource_id,
    filters.actor,
    filters.text,
  ].map((value) => value && storableText(value));
  return and(
    eq(auditLogs.orgId, orgId),
    event ? contains(auditLogs.action, event) : undefined,
    filters.class && inArray(auditLogs.action, actionsOfClass(filters.class)),
    resourceType ? eq(auditLogs.resourceType, resourceType) : undefined,
    resourceId ? eq(auditLogs.resourceId, resourceId) : undefined,
    actor ? isActor(actor) : undefined,
    since ? gte(auditLogs.createdAt, new Date(since)) : undefined,
    until ? lt(auditLogs.createdAt, new Date(until)) : undefined,
    text ? contains(SEARCHED, text) : undefined,
  );
}

/** Places of the chain that the first look takes in; a quick look is followed by one at twice as many. */
const FIRST_LOOK = 2_000;
/** However quick the looks before were: what comes next may be denser. */
const MOST_LOOK = 64_000;
const QUICK_MS = 20;
const SLOW_MS = 50;
/** After this an answer is given, with what was found until then. */
const BUDGET_MS = 90;

export interface SearchPage {
  logs: (HashedRow & { actor_email: string | null })[];
  /** Everything from here on was looked at; null when that is everything. */
  next: number | null;
  /** Where the log ended then. */
  head: number;
}

/**
 * Newest first. A filter that hardly a row passes makes the whole log be read, so it is read piece by piece: an answer
 * comes in time however long the log is, if need be with fewer rows than asked for and a `next`, and others get their
 * turn at the embedded database, which does one thing at a time.
 */
export async function searchRows(
  db: Queryable,
  scope: OrgScope,
  filters: AuditFilters,
  { before = Number.POSITIVE_INFINITY, after = 0, limit }: { before?: number; after?: number; limit: number },
): Promise<SearchPage> {
  const startedAt = performance.now();
  const head = (await findHead(db, scope.orgId))?.seq ?? 0;
  const logs: SearchPage["logs"] = [];
  let look = FIRST_LOOK;
  for (let end = Math.min(before, head + 1); end > after + 1; ) {
    const lookedAt = performance.now();
    const first = Math.max(after + 1, end - look);
    // One more than asked for says whether there is another page.
    logs.push(...(await readNewest(db, scope, filters, { first, end, limit: limit + 1 - logs.length })));
    if (logs.length > limit) return { logs: logs.slice(0, limit), next: logs[limit - 1]?.seq ?? null, head };
    end = first;
    const tookMs = performance.now() - lookedAt;
    if (tookMs < QUICK_MS) look = Math.min(look * 2, MOST_LOOK);
    else if (tookMs > SLOW_MS) look = Math.ceil(look / 2);
    if (performance.now() - startedAt > BUDGET_MS && end > after + 1) return { logs, next: end, head };
  }
  return { logs, next: null, head };
}

/** Of the places from `first` to before `end`. */
async function readNewest(
  db: Queryable,
  scope: OrgScope,
  filters: AuditFilters,
  { first, end, limit }: { first: number; end: number; limit: number },
): Promise<SearchPage["logs"]> {
  const rows = await db
    .select({ row: auditLogs, email: users.email })
    .from(auditLogs)
    .leftJoin(users, eq(users.id, auditLogs.actorId))
    .where(and(matches(scope, filters), gte(auditLogs.seq, first), lt(auditLogs.seq, end)))
    .orderBy(desc(auditLogs.seq))
    .limit(limit);
  return rows.map(({ row, email }) => ({ ...hashedRow(row), actor_email: email }));
}

/** Oldest first, from after one place to another. */
export async function readMatching(
  db: Queryable,
  scope: OrgScope,
  filters: AuditFilters,
  { after, last, limit }: { after: number; last: number; limit: number },
): Promise<HashedRow[]> {
  const rows = await db
    .select()
    .from(auditLogs)
    .where(and(matches(scope, filters), gt(auditLogs.seq, after), lte(auditLogs.seq, last)))
    .orderBy(asc(auditLogs.seq))
    .limit(limit);
  return rows.map(hashedRow);
}

/** Names jump from one to the next in the index instead of meeting every row. */
const distinct = async (db: Queryable, orgId: string, column: PgColumn): Promise<string[]> => {
  const next = (beyond: SQL) =>
    sql`SELECT min(${column}) FROM ${auditLogs} WHERE ${auditLogs.orgId} = ${orgId} ${beyond}`;
  const { rows } = await db.execute<{ name: string }>(
    sql`WITH RECURSIVE found (name) AS (
          ${next(sql``)} UNION ALL SELECT (${next(sql`AND ${column} > found.name`)}) FROM found WHERE found.name IS NOT NULL
        ) SELECT name FROM found WHERE name IS NOT NULL`,
  );
  return rows.map(({ name }) => name);
};

/** Which actions and kinds of resources there are, by name. */
export const listFacets = async (
  db: Queryable,
  { orgId }: OrgScope,
): Promise<{ actions: string[]; resource_types: string[] }> => ({
  actions: await distinct(db, orgId, auditLogs.action),
  resource_types: await distinct(db, orgId, auditLogs.resourceType),
});
