import { Readable } from "node:stream";
import type { Database } from "../../platform/db/database.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { CSV_HEADER, csvLine } from "./audit-csv.ts";
import { findHead } from "./chains.store.ts";
import { recordEvent } from "./record-event.ts";
import { type AuditFilters, readMatching } from "./search.store.ts";

const PAGE = 500;

const FORMATS = {
  jsonl: { mediaType: "application/x-ndjson", header: "", line: (row: object) => `${JSON.stringify(row)}\n` },
  csv: { mediaType: "text/csv", header: CSV_HEADER, line: csvLine },
};

export interface ExportRequest {
  actor: Actor;
  scope: OrgScope;
  ipAddress: string;
  format: keyof typeof FORMATS;
  filters: AuditFilters;
}

/** The rows that match and exist now, oldest first, read page by page as they are taken. That it was asked for is recorded. */
export async function exportAudit(
  db: Database,
  { actor, scope, ipAddress, format, filters }: ExportRequest,
): Promise<{ mediaType: string; fileName: string; content: Readable }> {
  const last = (await findHead(db, scope.orgId))?.seq ?? 0;
  // Before it is recorded and begun: what cannot be answered is refused.
  const first = await readMatching(db, scope, filters, { after: 0, last, limit: PAGE });
  await db.transaction((tx) =>
    recordEvent(tx, {
      action: "audit.exported",
      orgId: scope.orgId,
      resourceType: "audit_log",
      resourceId: null,
      actorId: actor.userId,
      metadata: { format, filters, last_seq: last },
      ipAddress,
    }),
  );
  const { mediaType, header, line } = FORMATS[format];
  async function* pages() {
    yield header;
    for (let rows = first; ; ) {
      yield rows.map(line).join("");
      const after = rows.at(-1)?.seq;
      if (after === undefined || rows.length < PAGE) return;
      rows = await readMatching(db, scope, filters, { after, last, limit: PAGE });
    }
  }
  const fileName = `audit-${new Date().toISOString().slice(0, 10)}.${format}`;
  return { mediaType, fileName, content: Readable.from(pages()) };
}
