import { AppError, DB_TABLES, type DbTable, databaseApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import { type ApiCallers, findStanding, hasRight, vouchForOrg } from "../access/index.ts";
import { parseTableQuery } from "./parse-query.ts";
import { READABLE_TABLES } from "./readable-tables.ts";
import { listRows } from "./tables.store.ts";

const isTable = (name: string): name is DbTable => (DB_TABLES as readonly string[]).includes(name);

export function bindTables(bind: EndpointBinder<ApiCallers>, { db }: { db: Database }): void {
  bind.endpoint(databaseApi.list, async ({ actor, params, query }) => {
    if (!isTable(params.table)) throw new AppError("NOT_FOUND", { what: "Table" });
    const readable = READABLE_TABLES[params.table];
    const parsed = parseTableQuery(query, Object.keys(readable.columns));
    const { role } = await findStanding(db, parsed.orgId, actor.userId);
    // Another organisation's rows are simply not there; within one's own, a role may not suffice.
    if (role === undefined) return [];
    if (!hasRight(role, readable.right)) {
      throw new AppError("FORBIDDEN", { reason: `Reading ${params.table} requires more than the role ${role}` });
    }
    return listRows(db, vouchForOrg(parsed.orgId), readable, parsed);
  });
}
