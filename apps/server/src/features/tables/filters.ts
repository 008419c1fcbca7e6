/** Which rows a request is about, in the documents' words (X-11). Pure. */
import { AppError } from "@sallyport/protocol";

/** A column and the text that it must equal. `null` asks for rows without a value. */
export interface Filter {
  column: string;
  value: string | null;
}

/** PostgREST's other operators: named, so that a typo is not taken for a value. */
const OPERATOR =
  /^(neq|gt|gte|lt|lte|like|ilike|match|imatch|in|is|isdistinct|fts|cs|cd|ov|sl|sr|nxr|nxl|adj|not|or|and|all|any)\./;

/** A value as queries have it: bare, `eq.VALUE` or `is.null`. @throws AppError `UNKNOWN_OPERATOR` */
export function filterValue(value: string): string | null {
  if (value.startsWith("eq.")) return value.slice(3);
  if (value === "is.null") return null;
  const operator = OPERATOR.exec(value)?.[1];
  if (operator) throw new AppError("UNKNOWN_OPERATOR", { operator });
  return value;
}

/** The one value of a parameter. The same name twice is how one parser is played against another (H18). */
export function single(param: string, value: string | string[]): string {
  if (Array.isArray(value)) throw new AppError("AMBIGUOUS_PARAM", { param: param.slice(0, 64) });
  return value;
}

/** A body's `_filters`: an object of columns, or a list of `{column, op: "eq", value}`. */
export function bodyFilters(given: unknown): Filter[] {
  if (given === undefined) return [];
  if (Array.isArray(given)) return given.map(listedFilter);
  if (!isObject(given)) throw refused("_filters");
  return Object.entries(given).map(([column, value]) => {
    const text = asText(column, value);
    return { column, value: text === null ? null : filterValue(text) };
  });
}

function listedFilter(given: unknown): Filter {
  if (!isObject(given) || typeof given.column !== "string") throw refused("_filters");
  const { column, op = "eq", value } = given;
  if (op !== "eq") throw new AppError("UNKNOWN_OPERATOR", { operator: String(op).slice(0, 64) });
  return { column, value: asText(column, value) };
}

/** @throws AppError `INVALID_INPUT` for what no column is compared with */
export function asText(column: string, value: unknown): string | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw refused(column);
}

const refused = (name: string): AppError =>
  new AppError("INVALID_INPUT", { reason: `${name.slice(0, 64)}: not a filter` });

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
