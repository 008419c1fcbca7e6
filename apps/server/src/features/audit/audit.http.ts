import { auditApi, auditExport } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import type { ApiCallers } from "../access/index.ts";
import { exportAudit } from "./export-audit.ts";
import { listFacets, searchRows } from "./search.store.ts";
import type { ChainAuditor } from "./verify-chains.ts";

export function bindAudit(
  bind: EndpointBinder<ApiCallers>,
  { db, auditor }: { db: Database; auditor: ChainAuditor },
): void {
  bind.actions(auditApi, {
    search: async ({ scope, input: { org_id: _, before, limit, ...filters } }) => {
      // One more than asked for says whether there is another page.
      const rows = await searchRows(db, scope, filters, { before, limit: limit + 1 });
      const logs = rows.slice(0, limit);
      return { logs, next: rows.length > limit ? (logs.at(-1)?.seq ?? null) : null };
    },
    facets: ({ scope }) => listFacets(db, scope),
    verify: async ({ scope }) => {
      const { rows, erased, checkpoints, fault } = await auditor.verify(scope.orgId);
      return { rows, erased, checkpoints, fault: fault ?? null };
    },
  });
  bind.download(auditExport, ({ actor, scope, ipAddress, query: { org_id: _, format, ...filters } }) =>
    exportAudit(db, { actor, scope, ipAddress, format, filters }),
  );
}
