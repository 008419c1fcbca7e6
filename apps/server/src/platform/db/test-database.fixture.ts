/** A database of a test's own, embedded, with our tables and nothing in them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase, openPool } from "./database.ts";
import { openEmbeddedDatabase } from "./embedded/open-embedded-database.ts";
import { migrate } from "./migrate.ts";

export interface TestDatabase {
  db: Database;
  close(): Promise<void>;
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-database-"));
  const embedded = await openEmbeddedDatabase({ dataDir: folder, durability: "process_death" });
  const pool = openPool(embedded.poolConfig);
  await migrate(pool);
  return {
    db: openDatabase(pool),
    close: async () => {
      await pool.end();
      await embedded.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
