/** The documents' query grammar (X-11), parsed strictly. Pure. */
import { AppError, DB_ROWS } from "@sallyport/protocol";
import { type Filter, filterValue, single } from "./filters.ts";

export interface TableQuery {
  orgId: string;
  select: readonly string[];
  /** All of them must hold. */
  filters: readonly Filter[];
  order: readonly { column: string; descending: boolean }[];
  limit: number;
  offset: number;
}

const RESERVED = new Set(["select", "order", "limit", "offset", "ascending"]);
/**
 * @param columns what the table shows
 * @throws AppError `AMBIGUOUS_PARAM`, `UNKNOWN_COLUMN`, `UNKNOWN_OPERATOR`, `MISSING_FIELDS`, `INVALID_INPUT`
 */
export function parseTableQuery(raw: Record<string, string | string[]>, columns: readonly string[]): TableQuery {
  const known = (column: string): string => {
    if (!columns.includes(column)) throw new AppError("UNKNOWN_COLUMN", { column: column.slice(0, 64) });
    return column;
  };
  const params = new Map(Object.entries(raw).map(([name, value]) => [name, single(name, value)]));
  const filters = [...params]
    .filter(([name]) => !RESERVED.has(name))
    .map(([name, value]) => ({ column: known(name), value: filterValue(value) }));
  const orgId = filters.find(({ column }) => column === "org_id")?.value;
  if (!orgId) throw new AppError("MISSING_FIELDS", { field: "org_id" });
  return {
    orgId,
    select: list(params.get("select")).map(known),
    filters: filters.filter(({ column }) => column !== "org_id"),
    order: list(params.get("order")).map((term) => orderTerm(term, params.get("ascending"), known)),
    limit: whole("limit", params.get("limit"), { min: 1, max: DB_ROWS.max, otherwise: DB_ROWS.default }),
    offset: whole("offset", params.get("offset"), { min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: 0 }),
  };
}

const list = (value: string | undefined): string[] =>
  value === undefined || value === "*" || value === "" ? [] : value.split(",").map((part) => part.trim());

function orderTerm(term: string, ascending: string | undefined, known: (column: string) => string) {
  const [column = "", direction, ...rest] = term.split(".");
  if (rest.length > 0 || (direction !== undefined && direction !== "asc" && direction !== "desc")) {
    throw new AppError("INVALID_INPUT", { reason: "order: write column, column.asc or column.desc" });
  }
  return { column: known(column), descending: direction === undefined ? ascending === "false" : direction === "desc" };
}

function whole(
  field: string,
  value: string | undefined,
  { min, max, otherwise }: { min: number; max: number; otherwise: number },
): number {
  if (value === undefined) return otherwise;
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new AppError("INVALID_INPUT", { reason: `${field} must be a whole number from ${min} to ${max}` });
  }
  return number;
}
