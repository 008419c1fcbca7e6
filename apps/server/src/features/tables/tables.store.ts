import { AppError } from "@sallyport/protocol";
import { and, asc, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import type { OrgScope } from "../access/index.ts";
import type { TableQuery } from "./parse-query.ts";
import type { ReadableTable } from "./readable-tables.ts";

/** Rows of one table within one organisation. Names come from the allow-list, values are always parameters. */
export async function listRows(
  db: Queryable,
  scope: OrgScope,
  { table, org, id, columns }: ReadableTable,
  query: TableQuery,
): Promise<Record<string, unknown>[]> {
  const column = (name: string): PgColumn => {
    const found = columns[name];
    if (!found) throw new AppError("UNKNOWN_COLUMN", { column: name });
    return found;
  };
  const names = query.select.length > 0 ? query.select : Object.keys(columns);
  const filters = query.filters.map(({ column: name, value }) => matches(column(name), value));
  const order = query.order.map(({ column: name, descending }) => (descending ? desc : asc)(column(name)));
  const rows = await db
    .select(Object.fromEntries(names.map((name) => [name, column(name)])))
    .from(table)
    .where(and(eq(org, scope.orgId), ...filters))
    // The id last, so that pages neither repeat nor miss rows of equal rank.
    .orderBy(...order, asc(id))
    .limit(query.limit)
    .offset(query.offset);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, onWire(value)])));
}

/** Compares as the column's own type; text that cannot be of that type matches nothing. */
function matches(column: PgColumn, value: string | null): SQL {
  if (value === null) return isNull(column);
  switch (column.getSQLType()) {
    case "uuid":
      return isUuid(value) ? eq(column, value) : sql`false`;
    case "boolean":
      return value === "true" || value === "false" ? eq(column, value === "true") : sql`false`;
    case "integer":
    case "bigint":
      return /^-?\d{1,15}$/.test(value) ? sql`${column} = ${value}::bigint` : sql`false`;
    case "text":
      return value.includes("\0") ? sql`false` : eq(column, value);
    case "jsonb":
      throw new AppError("INVALID_INPUT", { reason: `${column.name} cannot be a filter` });
    default: {
      const at = new Date(value);
      // Years outside of 1 to 9999 are dates to JavaScript and an error to PostgreSQL.
      const isDate = !Number.isNaN(at.getTime()) && /^(?!0000)\d{4}-/.test(at.toISOString());
      return isDate ? sql`${column} = ${at.toISOString()}::timestamptz` : sql`false`;
    }
  }
}

const onWire = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);
