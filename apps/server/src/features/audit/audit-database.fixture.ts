/** An embedded database with an organisation of nobody's, for tests of what the audit log keeps. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { RunAlone } from "../../platform/db/advisory-locks.ts";
import { type Database, openDatabase, openPool } from "../../platform/db/database.ts";
import { openEmbeddedDatabase } from "../../platform/db/embedded/open-embedded-database.ts";
import { migrate } from "../../platform/db/migrate.ts";
import { createMetrics } from "../../platform/metrics.ts";
import type { AuditAction } from "./audit-event.ts";
import { signer } from "./chain.fixture.ts";
import { KeptHeads } from "./kept-heads.ts";
import { recordEvents } from "./record-event.ts";
import { ChainAuditor } from "./verify-chains.ts";

const alone: RunAlone = (_lock, work) => work();

export async function openAuditDatabase() {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  const embedded = await openEmbeddedDatabase({ dataDir: folder, durability: "process_death" });
  const pool = openPool(embedded.poolConfig);
  await migrate(pool);
  const db: Database = openDatabase(pool);
  const kept = new KeptHeads(folder);
  return {
    db,
    alone,
    logger: pino({ level: "silent" }),
    metrics: createMetrics(),
    signer,
    kept,
    folder,
    auditor: new ChainAuditor({ db, signer, kept }),
    sql: async (statement: string) => (await pool.query<Record<string, unknown>>(statement)).rows,
    record: (orgId: string | null, count: number, action: AuditAction = "access.denied") =>
      db.transaction((tx) =>
        recordEvents(
          tx,
          Array.from({ length: count }, (_, n) => ({
            action,
            orgId,
            resourceType: "call",
            resourceId: `call ${n}`,
            actorId: null,
            metadata: { n },
            ipAddress: "127.0.0.1",
          })),
        ),
      ),
    async close() {
      await pool.end();
      await embedded.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type AuditDatabase = Awaited<ReturnType<typeof openAuditDatabase>>;
