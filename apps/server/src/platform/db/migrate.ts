import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import type pg from "pg";
import { ADVISORY_LOCKS } from "./advisory-locks.ts";

/** Two folders up from both `src/platform/db` and `dist/platform/db`. */
const MIGRATIONS = fileURLToPath(new URL("../../../migrations", import.meta.url));

/** Brings the schema up to date. Forward only; safe to run from several nodes at the same time: they take turns. */
export async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCKS.migration]);
    try {
      await runMigrations(drizzle(client), { migrationsFolder: MIGRATIONS });
    } finally {
      await client.query("SELECT pg_advisory_unlock($1)", [ADVISORY_LOCKS.migration]);
    }
  } finally {
    client.release();
  }
}
