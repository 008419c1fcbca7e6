import type pg from "pg";
import type { Config } from "../../config.ts";
import { type Database, openDatabase, openPool } from "./database.ts";
import type { DataDirLock } from "./embedded/lock-data-dir.ts";
import { openEmbeddedDatabase } from "./embedded/open-embedded-database.ts";
import { migrate } from "./migrate.ts";

export interface OpenStore {
  db: Database;
  kind: "embedded" | "server";
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Settles only if the embedded database dies by itself. */
  crashed: Promise<Error>;
  close(): Promise<void>;
}

/** Opens whichever database is configured, with its schema up to date. */
export async function openStore(
  { databaseUrl, dataDir }: Pick<Config, "databaseUrl" | "dataDir">,
  lock: DataDirLock,
): Promise<OpenStore> {
  const embedded = databaseUrl === undefined ? await openEmbeddedDatabase({ dataDir, lock }) : undefined;
  const pool: pg.Pool = openPool(embedded?.poolConfig ?? { connectionString: databaseUrl });
  const close = async () => {
    await pool.end();
    await embedded?.close();
  };
  try {
    await migrate(pool);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    db: openDatabase(pool),
    kind: embedded ? "embedded" : "server",
    ping: async () => {
      await pool.query("SELECT 1");
    },
    crashed: new Promise((resolve) => embedded?.onCrash(resolve)),
    close,
  };
}
