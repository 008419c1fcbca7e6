import { z } from "zod";
import { endpoint } from "./endpoint.ts";

/** Tables that `/api/db` shows. Everything else does not exist for it. */
export const DB_TABLES = [
  "machines",
  "auth_keys",
  "auth_key_uses",
  "acl_rules",
  "org_members",
  "remote_desktop_sessions",
  "audit_logs",
] as const;
export type DbTable = (typeof DB_TABLES)[number];

const params = z.object({ table: z.string() });
/** Any object as it came. A z.record would drop `__proto__` instead of showing it to whoever has to refuse it. */
const anyObject = <Value>() =>
  z.custom<Record<string, Value>>((value) => typeof value === "object" && value !== null).meta({ type: "object" });
/** Columns and the reserved words; a name that comes twice arrives as a list, and is refused. */
const query = anyObject<string | string[]>();
const body = anyObject<unknown>();
const Row = z.record(z.string(), z.unknown());
const Changes = z.object({ changes: z.number().int() });

const READ_ERRORS = [
  "UNAUTHORIZED",
  "NOT_FOUND",
  "MISSING_FIELDS",
  "UNKNOWN_COLUMN",
  "UNKNOWN_OPERATOR",
  "AMBIGUOUS_PARAM",
  "INVALID_INPUT",
  "FORBIDDEN",
] as const;
const WRITE_ERRORS = [...READ_ERRORS, "INVALID_JSON", "COLUMN_NOT_WRITABLE", "UNSAFE_WRITE"] as const;

export const databaseApi = {
  list: endpoint({
    method: "GET",
    path: "/api/db/:table",
    summary:
      "Rows of a table, in the documents' grammar: column=VALUE or column=eq.VALUE, select, order, limit, offset",
    credential: "user",
    params,
    query,
    output: z.array(Row),
    errors: READ_ERRORS,
  }),
  insert: endpoint({
    method: "POST",
    path: "/api/db/:table",
    summary: "One new row; org_id and columns in the body, the whole row in the answer",
    credential: "user",
    params,
    query,
    body,
    output: Row,
    errors: WRITE_ERRORS,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/api/db/:table",
    summary: "Change rows: which ones in the query (or `_filters`), new values in the body",
    credential: "user",
    params,
    query,
    body,
    output: Changes,
    errors: WRITE_ERRORS,
  }),
  delete: endpoint({
    method: "DELETE",
    path: "/api/db/:table",
    summary: "Delete rows: which ones in the query, in the body's `_filters`, or `{id}` alone as the body",
    credential: "user",
    params,
    query,
    body,
    output: Changes,
    errors: WRITE_ERRORS,
  }),
};
