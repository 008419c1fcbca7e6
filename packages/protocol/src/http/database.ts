import { z } from "zod";
import { endpoint } from "./endpoint.ts";

/** Tables that `/api/db` shows. Everything else does not exist for it. */
export const DB_TABLES = ["machines", "auth_keys", "org_members", "audit_logs"] as const;
export type DbTable = (typeof DB_TABLES)[number];

export const databaseApi = {
  list: endpoint({
    method: "GET",
    path: "/api/db/:table",
    summary:
      "Rows of a table, in the documents' grammar: column=VALUE or column=eq.VALUE, select, order, limit, offset",
    credential: "user",
    params: z.object({ table: z.string() }),
    /** Columns and the reserved words; a name that comes twice arrives as a list, and is refused. */
    query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    output: z.array(z.record(z.string(), z.unknown())),
    errors: [
      "UNAUTHORIZED",
      "NOT_FOUND",
      "MISSING_FIELDS",
      "UNKNOWN_COLUMN",
      "UNKNOWN_OPERATOR",
      "AMBIGUOUS_PARAM",
      "INVALID_INPUT",
      "FORBIDDEN",
    ],
  }),
};
