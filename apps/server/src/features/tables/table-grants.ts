/** What the tenants' role may touch, from the registry: the second wall has the same doors as the first. */
import { getTableName } from "drizzle-orm";
import type { TableGrant } from "../../platform/db/tenant-role.ts";
import { BOUND_TABLES, type BoundTable } from "./bound-tables.ts";

/** Columns that the server fills in, where a table has them. */
const SET_ON_INSERT = ["org_id", "created_by"];
const SET_ON_UPDATE = ["updated_at"];

export const tableGrants = (): TableGrant[] => BOUND_TABLES.map(grantOf);

function grantOf({ table, columns, policy: { write } }: BoundTable): TableGrant {
  const existing = (names: readonly string[]) => names.filter((name) => Object.hasOwn(columns, name));
  return {
    table: getTableName(table),
    select: Object.keys(columns),
    insert: write ? [...Object.keys(write.insert.shape), ...existing(SET_ON_INSERT)] : [],
    update: write ? [...Object.keys(write.update.shape), ...existing(SET_ON_UPDATE)] : [],
    delete: write !== undefined,
  };
}
