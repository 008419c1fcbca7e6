/** Writes through `/api/db`: behind the second wall, with their audit rows in the same transaction. */
import { AppError, DB_WRITE_ROWS, type TABLES } from "@sallyport/protocol";
import { sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import type { TenantWall } from "../../platform/db/tenant-wall.ts";
import type { OrgScope } from "../access/index.ts";
import { type AuditAction, recordEvent } from "../audit/index.ts";
import type { BoundTable } from "./bound-tables.ts";
import type { Filter } from "./filters.ts";
import { deleteRows, insertRow, lockRows, type Row, rowsById, updateRows } from "./tables.store.ts";

export interface Writer {
  wall: TenantWall;
  scope: OrgScope;
  table: BoundTable;
  actorId: string;
  ipAddress: string;
}

interface Change {
  before: Row | null;
  after: Row | null;
}

type Tables = typeof TABLES;
type WrittenTable = { [Name in keyof Tables]: Tables[Name] extends { write: unknown } ? Name : never }[keyof Tables];
/** Does not compile once a table is written whose events the audit does not list. */
const action = (table: BoundTable, verb: "created" | "updated" | "deleted"): AuditAction =>
  `${table.name as WrittenTable}.${verb}`;

export async function createRow(by: Writer, values: Row): Promise<Row> {
  const { wall, scope, table } = by;
  const made = { ...values, ...given(table, { org_id: scope.orgId, created_by: by.actorId }) };
  const [change] = await wall.write(
    scope.orgId,
    async (tx) => {
      const id = await insertRow(tx, table, made);
      return (await rowsById(tx, scope, table, [id])).map((after): Change => ({ before: null, after }));
    },
    (tx, changes) => record(tx, by, "created", changes),
  );
  if (!change?.after) throw new Error("invariant: an inserted row is not there");
  return change.after;
}

/** @returns how many rows were changed @throws AppError `UNSAFE_WRITE` */
export async function changeRows(by: Writer, filters: readonly Filter[], values: Row): Promise<number> {
  const { wall, scope, table } = by;
  const changed = { ...values, ...given(table, { updated_at: sql`now()` }) };
  const changes = await wall.write(
    scope.orgId,
    async (tx) => {
      const before = await lockFew(tx, by, filters);
      const ids = before.map(idOf);
      if (ids.length === 0) return [];
      await updateRows(tx, scope, table, { ids, values: changed });
      const after = await rowsById(tx, scope, table, ids);
      return before.map((row, index): Change => ({ before: row, after: after[index] ?? null }));
    },
    (tx, all) => record(tx, by, "updated", all),
  );
  return changes.length;
}

/** @returns how many rows were deleted @throws AppError `UNSAFE_WRITE` */
export async function removeRows(by: Writer, filters: readonly Filter[]): Promise<number> {
  const { wall, scope, table } = by;
  const changes = await wall.write(
    scope.orgId,
    async (tx) => {
      const before = await lockFew(tx, by, filters);
      if (before.length > 0) await deleteRows(tx, scope, table, before.map(idOf));
      return before.map((row): Change => ({ before: row, after: null }));
    },
    (tx, all) => record(tx, by, "deleted", all),
  );
  return changes.length;
}

async function lockFew(tx: Queryable, { scope, table }: Writer, filters: readonly Filter[]): Promise<Row[]> {
  const rows = await lockRows(tx, scope, table, { filters, limit: DB_WRITE_ROWS + 1 });
  if (rows.length <= DB_WRITE_ROWS) return rows;
  throw new AppError("UNSAFE_WRITE", { reason: `More than ${DB_WRITE_ROWS} rows match: filter more` });
}

async function record(
  tx: Queryable,
  { scope, table, actorId, ipAddress }: Writer,
  verb: "created" | "updated" | "deleted",
  changes: readonly Change[],
): Promise<void> {
  for (const { before, after } of changes) {
    await recordEvent(tx, {
      action: action(table, verb),
      orgId: scope.orgId,
      resourceType: table.name,
      resourceId: idOf(after ?? before ?? {}),
      actorId,
      metadata: { before, after },
      ipAddress,
    });
  }
}

/** What the server fills in, as far as the table has it. */
const given = ({ columns }: BoundTable, values: Row): Row =>
  Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(columns, name)));

const idOf = ({ id }: Row): string => String(id);
