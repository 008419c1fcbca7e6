import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPool } from "./database.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "./embedded/open-embedded-database.ts";
import { migrate } from "./migrate.ts";
import * as schema from "./schema.ts";

let folder: string;
let embedded: EmbeddedDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "schema-"));
  embedded = await openEmbeddedDatabase({ dataDir: folder, durability: "process_death" });
  pool = openPool(embedded.poolConfig);
  await migrate(pool);
}, 60_000);
afterAll(async () => {
  await pool.end();
  await embedded.close();
  await rm(folder, { recursive: true, force: true });
});

const tables = Object.values(schema)
  .filter((value) => is(value, PgTable))
  .map((table) => getTableConfig(table as PgTable));

describe("schema.ts and the migrations describe the same tables", () => {
  test.each(tables.map(({ name, columns }) => [name, columns] as const))("%s", async (name, columns) => {
    const { rows } = await pool.query<{ column_name: string; is_nullable: string; type: string }>(
      `SELECT a.attname AS column_name, CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
              format_type(a.atttypid, a.atttypmod) AS type
       FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
      [`"${name}"`],
    );
    const made = rows.map((row) => `${row.column_name} ${row.type} ${row.is_nullable === "NO"}`).sort();
    const described = columns.map(
      (column) => `${column.name} ${typeOf(column.getSQLType())} ${column.notNull || column.primary}`,
    );
    expect(made).toEqual(described.sort());
  });

  test("no table of the database is missing from schema.ts", async () => {
    const { rows } = await pool.query<{ tablename: string }>(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    );
    expect(rows.map(({ tablename }) => tablename).sort()).toEqual(tables.map(({ name }) => name).sort());
  });

  test("migrating twice changes nothing", async () => {
    await expect(migrate(pool)).resolves.toBeUndefined();
  });
});

/** PostgreSQL puts the precision inside the words. */
const typeOf = (drizzleType: string): string =>
  drizzleType.replace(/^timestamp \((\d)\) with time zone$/, "timestamp($1) with time zone");
