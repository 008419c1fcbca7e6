/** Names come from the registry, values are always parameters: requests of one shape are one text of SQL. */
import { AppError } from "@sallyport/protocol";
import { and, asc, desc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { orgMembers } from "../../platform/db/schema.ts";
import type { OrgScope, RightsHolder } from "../access/index.ts";
import { type BoundTable, findColumn } from "./bound-tables.ts";
import type { Filter } from "./filters.ts";
import type { TableQuery } from "./parse-query.ts";

export type Row = Record<string, unknown>;
type Rows = Pick<TableQuery, "select" | "filters" | "order" | "limit" | "offset">;

/** The statement behind `listRows`. */
export function rowsQuery(db: Queryable, scope: OrgScope, table: BoundTable, query: Rows) {
  const names = query.select.length > 0 ? query.select : Object.keys(table.columns);
  const order = query.order.map(({ column, descending }) => (descending ? desc : asc)(findColumn(table, column)));
  return (
    db
      .select(Object.fromEntries(names.map((name) => [name, findColumn(table, name)])))
      .from(table.table)
      .where(within(scope, table, query.filters))
      // The id last, so that pages neither repeat nor miss rows of equal rank.
      .orderBy(...order, asc(table.id))
      .limit(query.limit)
      .offset(query.offset)
  );
}

/** Rows of one table within one organisation, as they travel. */
export async function listRows(db: Queryable, scope: OrgScope, table: BoundTable, query: Rows): Promise<Row[]> {
  return (await rowsQuery(db, scope, table, query)).map(onWire);
}

/** Like `listRows`, all columns, and nobody else changes them until the transaction ends. Locked in the order of ids. */
export async function lockRows(
  tx: Queryable,
  scope: OrgScope,
  table: BoundTable,
  { filters, limit }: Pick<Rows, "filters" | "limit">,
): Promise<Row[]> {
  const query = rowsQuery(tx, scope, table, { select: [], order: [], offset: 0, filters, limit });
  return (await query.for("update")).map(onWire);
}

/** Writes only the columns that are given: of the others the role may not even write the default. */
export async function insertRow(tx: Queryable, table: BoundTable, values: Row): Promise<string> {
  const names = Object.keys(values).map((name) => sql.identifier(name));
  const parameters = Object.values(values).map((value) => sql`${value}`);
  const { rows } = await tx.execute<{ id: string }>(
    sql`INSERT INTO ${table.table} (${list(names)}) VALUES (${list(parameters)}) RETURNING id`,
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("invariant: an inserted row has no id");
  return id;
}

export async function updateRows(
  tx: Queryable,
  scope: OrgScope,
  table: BoundTable,
  { ids, values }: { ids: readonly string[]; values: Row },
): Promise<void> {
  const assignments = Object.entries(values).map(([name, value]) => sql`${sql.identifier(name)} = ${value}`);
  await tx.execute(sql`UPDATE ${table.table} SET ${list(assignments)} WHERE ${these(scope, table, ids)}`);
}

export async function deleteRows(
  tx: Queryable,
  scope: OrgScope,
  table: BoundTable,
  ids: readonly string[],
): Promise<void> {
  await tx.delete(table.table).where(these(scope, table, ids));
}

/** Rows by their ids, in the order of those. */
export const rowsById = (tx: Queryable, scope: OrgScope, table: BoundTable, ids: readonly string[]): Promise<Row[]> =>
  tx
    .select({ ...table.columns })
    .from(table.table)
    .where(these(scope, table, ids))
    .orderBy(asc(table.id))
    .then((rows) => rows.map(onWire));

/**
 * The organisation of a row, for somebody who is a member of it, or a key that is for it; undefined for anybody else,
 * as for a row that does not exist. One statement, so that the two take the same time.
 */
export async function findOrgOfRow(
  db: Queryable,
  table: BoundTable,
  { id, holder: { userId, limits } }: { id: string; holder: RightsHolder },
): Promise<string | undefined> {
  const [row] = await db
    .select({ orgId: orgMembers.orgId })
    .from(table.table)
    .innerJoin(orgMembers, and(eq(orgMembers.orgId, table.org), eq(orgMembers.userId, userId)))
    .where(and(matches(table.id, id), limits ? eq(table.org, limits.orgId) : undefined));
  return row?.orgId;
}

const within = (scope: OrgScope, table: BoundTable, filters: readonly Filter[]): SQL | undefined =>
  and(
    eq(table.org, scope.orgId),
    ...filters.map(({ column, value }) =>
      value === null ? isNull(findColumn(table, column)) : matches(findColumn(table, column), value),
    ),
  );

const these = (scope: OrgScope, table: BoundTable, ids: readonly string[]): SQL | undefined =>
  and(eq(table.org, scope.orgId), inArray(table.id, [...ids]));

const list = (parts: (SQL | ReturnType<typeof sql.identifier>)[]): SQL => sql.join(parts, sql`, `);

/**
 * Compares as the column's own type; a list matches when it has the value. Text that cannot be of the type becomes
 * NULL, which equals nothing.
 */
function matches(column: PgColumn, value: string): SQL {
  const text = value.includes("\0") ? null : value;
  const type = column.getSQLType();
  if (type.endsWith("[]")) return sql`${text} = ANY(${column})`;
  switch (type) {
    case "uuid":
      return sql`${column} = ${isUuid(value) ? value : null}`;
    case "boolean":
      return sql`${column} = ${value === "true" || value === "false" ? value : null}`;
    case "integer":
    case "bigint":
      return sql`${column} = ${/^-?\d{1,15}$/.test(value) ? value : null}::bigint`;
    case "text":
      return sql`${column} = ${text}`;
    case "jsonb":
      throw new AppError("INVALID_INPUT", { reason: `${column.name} cannot be a filter` });
    default:
      return sql`${column} = ${instant(value)}::timestamptz`;
  }
}

/** Years outside of 1 to 9999 are dates to JavaScript and an error to PostgreSQL. */
function instant(value: string): string | null {
  const at = new Date(value);
  return !Number.isNaN(at.getTime()) && /^(?!0000)\d{4}-/.test(at.toISOString()) ? at.toISOString() : null;
}

const onWire = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
