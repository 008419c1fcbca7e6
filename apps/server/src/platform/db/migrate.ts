import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import type pg from "pg";
import { PACKAGE_FOLDER } from "../package-folder.ts";
import { ADVISORY_LOCKS } from "./advisory-locks.ts";
import { prepareTenantRole, type TableGrant } from "./tenant-role.ts";

const MIGRATIONS = join(PACKAGE_FOLDER, "migrations");

/**
 * Brings the schema up to date. Forward only; safe to run from several nodes at the same time: they take turns.
 *
 * @param grants what the tenants' role may do; without it the role is left as it is
 * @returns what an administrator has to run before that role can be used, if anything
 */
export async function migrate(pool: pg.Pool, grants?: readonly TableGrant[]): Promise<string | undefined> {
  const client = await pool.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCKS.migration]);
    try {
      await runMigrations(drizzle(client), { migrationsFolder: MIGRATIONS });
      return grants && (await prepareTenantRole(client, grants));
    } finally {
      await client.query("SELECT pg_advisory_unlock($1)", [ADVISORY_LOCKS.migration]);
    }
  } finally {
    client.release();
  }
}
