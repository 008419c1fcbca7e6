/** @import { PGlite } from "@electric-sql/pglite" */

// A crash recovers by replaying what was written since the last checkpoint: 16 MB take well under a second.
const LOG_BEFORE_CHECKPOINT_BYTES = 16 * 1024 * 1024;

const LOG_SINCE_CHECKPOINT = `
  SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 AS "logBytes" FROM pg_control_checkpoint()`;

// PostgreSQL's own thresholds (autovacuum_vacuum_threshold and its siblings).
const TABLE_TO_VACUUM = `
  SELECT format('%I.%I', schemaname, relname) AS "tableName" FROM pg_stat_user_tables
  WHERE n_dead_tup > 50 + 0.2 * n_live_tup
     OR n_mod_since_analyze > 50 + 0.1 * n_live_tup
     OR n_ins_since_vacuum > 1000 + 0.2 * n_live_tup
  ORDER BY n_dead_tup DESC LIMIT 1`;

/**
 * One round of what a server's checkpointer and autovacuum do: PGlite has no background processes, so without it the
 * write-ahead log grows until the next restart, tables bloat and the planner never learns their sizes. At most one table
 * a round, so that queries get their turn in between. Call it between two queries, outside a transaction.
 * @param {PGlite} pglite
 */
export async function keepUp(pglite) {
  const log = await pglite.query(LOG_SINCE_CHECKPOINT);
  const [{ logBytes }] = /** @type {[{ logBytes: number }]} */ (log.rows);
  if (logBytes > LOG_BEFORE_CHECKPOINT_BYTES) await pglite.exec("CHECKPOINT");
  const tables = await pglite.query(TABLE_TO_VACUUM);
  const [table] = /** @type {{ tableName: string }[]} */ (tables.rows);
  if (table) await pglite.exec(`VACUUM (ANALYZE) ${table.tableName}`);
}
