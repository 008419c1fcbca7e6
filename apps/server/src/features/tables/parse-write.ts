/** What a write asks for: in which organisation, which rows, and which new values. Pure. */
import { AppError } from "@sallyport/protocol";
import { readInput } from "../../platform/http/read-input.ts";
import { type BoundTable, findColumn } from "./bound-tables.ts";
import { asText, bodyFilters, type Filter, filterValue, single } from "./filters.ts";

type Query = Record<string, string | string[]>;
type Body = Record<string, unknown>;

export interface NewRow {
  orgId: string;
  values: Body;
}

export interface Target {
  /** Undefined where nothing names it. */
  orgId: string | undefined;
  /** At least one, and none about the organisation. */
  filters: readonly Filter[];
}

/** @throws AppError `MISSING_FIELDS`, `AMBIGUOUS_PARAM`, `INVALID_INPUT` */
export function parseNewRow(query: Query, body: Body): NewRow {
  const stray = Object.keys(query).find((name) => name !== "org_id");
  if (stray !== undefined) {
    throw new AppError("INVALID_INPUT", { reason: `${stray.slice(0, 64)}: a new row is in the body` });
  }
  const { org_id: _, ...values } = body;
  return { orgId: requireOrg(oneOrg([...queryFilters(query), ...bodyOrg(body)])), values };
}

/** @throws AppError `UNSAFE_WRITE`, `MISSING_FIELDS`, `AMBIGUOUS_PARAM`, `UNKNOWN_COLUMN`, `UNKNOWN_OPERATOR`, `INVALID_INPUT` */
export function parseUpdate(table: BoundTable, query: Query, body: Body): Target & NewRow {
  const { org_id: _org, _filters, ...values } = body;
  const target = parseTarget(table, [...queryFilters(query), ...bodyFilters(_filters), ...bodyOrg(body)]);
  return { ...target, orgId: requireOrg(target.orgId), values };
}

/** The organisation may be missing where the one filter is the row's id (RD-064). @throws AppError as above */
export function parseDelete(table: BoundTable, query: Query, body: Body): Target {
  const { org_id: _org, _filters, id, ...rest } = body;
  const stray = Object.keys(rest)[0];
  if (stray !== undefined) {
    throw new AppError("INVALID_INPUT", { reason: `${stray.slice(0, 64)}: filters are in the query or in _filters` });
  }
  const byId: Filter[] = id === undefined ? [] : [{ column: "id", value: asText("id", id) }];
  const target = parseTarget(table, [...queryFilters(query), ...bodyFilters(_filters), ...bodyOrg(body), ...byId]);
  const isOneRow = target.filters.length === 1 && target.filters[0]?.column === "id";
  if (!isOneRow) requireOrg(target.orgId);
  return target;
}

/**
 * The new values, by the table's contract. Every column is looked at before any value: a request that tries to write
 * what it may not writes nothing.
 *
 * @throws AppError `COLUMN_NOT_WRITABLE`, `UNKNOWN_COLUMN`, `FORBIDDEN`, `MISSING_FIELDS`, `INVALID_INPUT`
 */
export function readValues(table: BoundTable, kind: "insert" | "update", values: Body): Body {
  const type = table.policy.write?.[kind];
  for (const name of Object.keys(values)) {
    if (type && Object.hasOwn(type.shape, name)) continue;
    // `__proto__` and its like are names that every object knows.
    const isKnown = Object.hasOwn(table.columns, name) || name in {};
    throw new AppError(isKnown ? "COLUMN_NOT_WRITABLE" : "UNKNOWN_COLUMN", { column: name.slice(0, 64) });
  }
  if (!type) throw notWritten(table);
  if (kind === "update" && Object.keys(values).length === 0) {
    throw new AppError("INVALID_INPUT", { reason: "Give at least one column a new value" });
  }
  const row = readInput(type, values);
  for (const [name, value] of Object.entries(row)) {
    const wrong = table.checks[name]?.(value);
    if (wrong !== undefined) throw new AppError("INVALID_INPUT", { reason: `${name}: ${wrong}` });
  }
  return row;
}

/** The refusal of any write to a table that has none, with the call that does what was meant. */
export const notWritten = ({ name, instead }: BoundTable): AppError =>
  new AppError("FORBIDDEN", {
    reason: instead ? `${name} is not written here: use POST ${instead}` : `${name} is written by the server alone`,
  });

function parseTarget(table: BoundTable, given: Filter[]): Target {
  for (const { column } of given) findColumn(table, column);
  const orgId = oneOrg(given);
  const filters = given.filter(({ column }) => column !== "org_id");
  const names = filters.map(({ column }) => column);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new AppError("AMBIGUOUS_PARAM", { param: twice });
  if (filters.length === 0) {
    throw new AppError("UNSAFE_WRITE", {
      reason: "At least one filter besides org_id is needed: id=eq.ID, for example",
    });
  }
  return { orgId, filters };
}

const queryFilters = (query: Query): Filter[] =>
  Object.entries(query).map(([name, value]) => ({ column: name, value: filterValue(single(name, value)) }));

function bodyOrg({ org_id: given }: Body): Filter[] {
  if (given === undefined || given === null || given === "") return [];
  if (typeof given !== "string") throw new AppError("INVALID_INPUT", { reason: "org_id must be a string" });
  return [{ column: "org_id", value: given }];
}

function oneOrg(given: readonly Filter[]): string | undefined {
  const named = new Set(given.flatMap(({ column, value }) => (column === "org_id" && value ? [value] : [])));
  if (named.size > 1) throw new AppError("AMBIGUOUS_PARAM", { param: "org_id" });
  return [...named][0];
}

function requireOrg(orgId: string | undefined): string {
  if (orgId === undefined) throw new AppError("MISSING_FIELDS", { field: "org_id" });
  return orgId;
}
