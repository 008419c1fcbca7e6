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
    search: ({ scope, input: { org_id: _, before, after, limit, ...filters } }) =>
      searchRows(db, scope, filters, { limit, ...(before && { before }), ...(after && { after }) }),
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
