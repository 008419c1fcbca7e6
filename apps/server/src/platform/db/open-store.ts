import type pg from "pg";
import type { Config } from "../../config.ts";
import { ADVISORY_LOCKS, type RunAlone } from "./advisory-locks.ts";
import { type Database, openDatabase, openPool } from "./database.ts";
import type { DataDirLock } from "./embedded/lock-data-dir.ts";
import { openEmbeddedDatabase } from "./embedded/open-embedded-database.ts";
import { migrate } from "./migrate.ts";
import type { TableGrant } from "./tenant-role.ts";
import { TenantWall } from "./tenant-wall.ts";

export interface OpenStore {
  db: Database;
  kind: "embedded" | "server";
  wall: TenantWall;
  /** SQL for an administrator, when the wall is missing because the database user may not build it. */
  wallNeeds: string | undefined;
  alone: RunAlone;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Settles only if the embedded database dies by itself. */
  crashed: Promise<Error>;
  close(): Promise<void>;
}

/**
 * Opens whichever database is configured, with its schema up to date.
 *
 * @param grants what the role behind `wall` may do; without it there is no second wall
 */
export async function openStore(
  { databaseUrl, dataDir }: Pick<Config, "databaseUrl" | "dataDir">,
  lock: DataDirLock,
  grants?: readonly TableGrant[],
): Promise<OpenStore> {
  const embedded = databaseUrl === undefined ? await openEmbeddedDatabase({ dataDir, lock }) : undefined;
  const pool: pg.Pool = openPool(embedded?.poolConfig ?? { connectionString: databaseUrl });
  const close = async () => {
    await pool.end();
    await embedded?.close();
  };
  let wallNeeds: string | undefined;
  try {
    wallNeeds = await migrate(pool, grants);
  } catch (error) {
    await close();
    throw error;
  }
  const db = openDatabase(pool);
  return {
    db,
    wall: new TenantWall(db, grants !== undefined && wallNeeds === undefined),
    wallNeeds,
    kind: embedded ? "embedded" : "server",
    // The embedded database has one process, and one session that must not be held.
    alone: embedded ? (_lock, work) => work() : aloneAmongNodes(pool),
    ping: async () => {
      await pool.query("SELECT 1");
    },
    crashed: new Promise((resolve) => embedded?.onCrash(resolve)),
    close,
  };
}

/** Holds one connection for as long as the work takes. */
const aloneAmongNodes =
  (pool: pg.Pool): RunAlone =>
  async (lock, work) => {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      const { rows } = await client.query<{ got: boolean }>("SELECT pg_try_advisory_lock($1) AS got", [
        ADVISORY_LOCKS[lock],
      ]);
      if (rows[0]?.got !== true) return undefined;
      try {
        return await work();
      } finally {
        await client.query("SELECT pg_advisory_unlock($1)", [ADVISORY_LOCKS[lock]]).catch((error: Error) => {
          failure = error;
        });
      }
    } finally {
      // A connection that may still hold the lock is closed, not pooled.
      client.release(failure);
    }
  };
