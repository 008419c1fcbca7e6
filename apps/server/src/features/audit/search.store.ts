import type { auditExport } from "@sallyport/protocol";
import { and, asc, desc, eq, gt, gte, inArray, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { z } from "zod";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { auditLogs, users } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";
import { actionsOfClass } from "./audit-class.ts";
import { hashedRow } from "./audit-row.ts";
import { storableText } from "./fit-metadata.ts";
import type { HashedRow } from "./hash-chain.ts";

/** What searches and exports take alike. */
export type AuditFilters = Omit<z.output<typeof auditExport.query>, "org_id" | "format">;

const contains = (column: PgColumn | SQL, text: string): SQL =>
  sql`${column} ILIKE ${`%${text.replace(/[\\%_]/g, "\\$&")}%`}`;

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
    text
      ? or(
          contains(auditLogs.action, text),
          contains(auditLogs.resourceType, text),
          contains(auditLogs.resourceId, text),
          contains(auditLogs.ipAddress, text),
          contains(sql`${auditLogs.metadata}::text`, text),
        )
      : undefined,
  );
}

/** Newest first. */
export async function searchRows(
  db: Queryable,
  scope: OrgScope,
  filters: AuditFilters,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<(HashedRow & { actor_email: string | null })[]> {
  const rows = await db
    .select({ row: auditLogs, email: users.email })
    .from(auditLogs)
    .leftJoin(users, eq(users.id, auditLogs.actorId))
    .where(and(matches(scope, filters), before === undefined ? undefined : lt(auditLogs.seq, before)))
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

export async function listFacets(
  db: Queryable,
  { orgId }: OrgScope,
): Promise<{ actions: string[]; resource_types: string[] }> {
  const ofOrg = eq(auditLogs.orgId, orgId);
  const actions = await db
    .selectDistinct({ name: auditLogs.action })
    .from(auditLogs)
    .where(ofOrg)
    .orderBy(auditLogs.action);
  const types = await db
    .selectDistinct({ name: auditLogs.resourceType })
    .from(auditLogs)
    .where(ofOrg)
    .orderBy(auditLogs.resourceType);
  return { actions: actions.map(({ name }) => name), resource_types: types.map(({ name }) => name) };
}
