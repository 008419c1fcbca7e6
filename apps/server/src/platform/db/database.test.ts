import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asDatabaseError, type Database, openDatabase, openPool } from "./database.ts";

const url = process.env.TEST_DATABASE_URL;

// The embedded database has one session, in which nobody waits for anybody.
describe.skipIf(!url)("on PostgreSQL", () => {
  const table = sql.identifier(`rows_${randomUUID().slice(0, 8)}`);
  let pool: pg.Pool;
  let db: Database;
  beforeAll(async () => {
    pool = openPool({ connectionString: url });
    db = openDatabase(pool);
    await db.execute(sql`CREATE TABLE ${table} (id int PRIMARY KEY, n int NOT NULL)`);
    await db.execute(sql`INSERT INTO ${table} VALUES (1, 0), (2, 0)`);
  });
  afterAll(async () => {
    await db.execute(sql`DROP TABLE ${table}`);
    await pool.end();
  });

  test("of two transactions that wait for each other both are carried out, one of them again", async () => {
    let begun = 0;
    let bothHoldOne = () => {};
    const met = new Promise<void>((resolve) => {
      bothHoldOne = resolve;
    });
    let tries = 0;
    const add = (ids: readonly number[]) =>
      db.transaction(async (tx) => {
        tries += 1;
        for (const id of ids) {
          await tx.execute(sql`UPDATE ${table} SET n = n + 1 WHERE id = ${id}`);
          begun += 1;
          if (begun === 2) bothHoldOne();
          await met;
        }
      });
    await Promise.all([add([1, 2]), add([2, 1])]);
    const { rows } = await db.execute<{ n: number }>(sql`SELECT n FROM ${table} ORDER BY id`);
    expect(rows).toEqual([{ n: 2 }, { n: 2 }]);
    expect(tries).toBe(3);
  });

  test("F-07a a transaction whose connection is lost in the middle failed because the database is out of reach", async () => {
    const lost = db.transaction(async (tx) => {
      await tx.execute(sql`SELECT pg_terminate_backend(pg_backend_pid())`).catch(() => {});
      // Until it is known that there is no connection, and it cannot be rolled back.
      await expect.poll(() => tx.execute(sql`SELECT 1`).catch((error: Error) => String(error.cause))).toMatch(/quer/);
      throw new Error("lost");
    });
    expect(asDatabaseError(await lost.catch((error: unknown) => error))).toMatchObject({ code: "DB_UNAVAILABLE" });
  });

  test("what failed for another reason is not tried again", async () => {
    let tries = 0;
    const failing = db.transaction(async () => {
      tries += 1;
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(tries).toBe(1);
  });
});
