import { AppError, databaseApi } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { TenantWall } from "../../platform/db/tenant-wall.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import { type Actor, type ApiCallers, admit, findStanding, hasRight, vouchForOrg } from "../access/index.ts";
import { type BoundTable, findTable } from "./bound-tables.ts";
import type { Filter } from "./filters.ts";
import { parseTableQuery } from "./parse-query.ts";
import { notWritten, parseDelete, parseNewRow, parseUpdate, readValues } from "./parse-write.ts";
import { findOrgOfRow, listRows } from "./tables.store.ts";
import { changeRows, createRow, removeRows, type Writer } from "./write-rows.ts";

interface TablesOptions {
  db: Database;
  wall: TenantWall;
  /** Rules were written: what is open because of the old ones is looked at again. */
  onRightsChanged(orgId: string): void;
}

export function bindTables(bind: EndpointBinder<ApiCallers>, { db, wall, onRightsChanged }: TablesOptions): void {
  /** Where nothing is written, membership is asked for all the same, so that strangers learn nothing of the columns. */
  async function admitWriter(
    { actor, ipAddress }: { actor: Actor; ipAddress: string },
    table: BoundTable,
    orgId: string,
  ): Promise<Writer> {
    const scope = await admit(db, actor, orgId, { right: table.policy.write?.right ?? "member" });
    return { wall, scope, table, actorId: actor.userId, ipAddress };
  }

  bind.endpoint(databaseApi.list, async ({ actor, params, query }) => {
    const table = findTable(params.table);
    const { orgId, ...asked } = parseTableQuery(query, Object.keys(table.columns));
    const { role } = await findStanding(db, orgId, actor);
    // Another organisation's rows are simply not there; within one's own, a role may not suffice.
    if (role === undefined) return [];
    const { own, read } = table.policy;
    const mine: Filter[] = own && !hasRight(role, read) ? [{ column: own, value: actor.userId }] : [];
    if (mine.length === 0 && !hasRight(role, read)) {
      throw new AppError("FORBIDDEN", { reason: `Reading ${table.name} requires more than the role ${role}` });
    }
    const wanted = { ...asked, filters: [...asked.filters, ...mine] };
    return wall.read(orgId, (tx) => listRows(tx, vouchForOrg(orgId), table, wanted));
  });

  bind.endpoint(databaseApi.insert, async ({ params, query, body, ...call }) => {
    const table = findTable(params.table);
    const { orgId, values } = parseNewRow(query, body);
    const writer = await admitWriter(call, table, orgId);
    const row = await createRow(writer, readValues(table, "insert", values));
    onRightsChanged(writer.scope.orgId);
    return row;
  });

  bind.endpoint(databaseApi.update, async ({ params, query, body, ...call }) => {
    const table = findTable(params.table);
    const { orgId, filters, values } = parseUpdate(table, query, body);
    const writer = await admitWriter(call, table, orgId);
    const changes = await changeRows(writer, filters, readValues(table, "update", values));
    if (changes > 0) onRightsChanged(writer.scope.orgId);
    return { changes };
  });

  bind.endpoint(databaseApi.delete, async ({ params, query, body, ...call }) => {
    const table = findTable(params.table);
    const { filters, ...target } = parseDelete(table, query, body);
    if (!table.policy.write) throw notWritten(table);
    const id = filters[0]?.value ?? "";
    const orgId = target.orgId ?? (await findOrgOfRow(db, table, { id, holder: call.actor }));
    if (orgId === undefined) throw new AppError("NOT_FOUND", { what: "Row" });
    const writer = await admitWriter(call, table, orgId);
    const changes = await removeRows(writer, filters);
    if (changes > 0) onRightsChanged(writer.scope.orgId);
    return { changes };
  });
}
