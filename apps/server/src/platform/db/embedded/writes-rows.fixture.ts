// Run by survives-kill.test.ts: commits numbered rows for ever and prints each number once it is acknowledged.
import pg from "pg";
import { openEmbeddedDatabase } from "./open-embedded-database.ts";

const [dataDir] = process.argv.slice(2);
if (!dataDir) throw new Error("usage: writes-rows <dataDir>");
const database = await openEmbeddedDatabase({ dataDir });
const pool = new pg.Pool(database.poolConfig);
await pool.query("CREATE TABLE IF NOT EXISTS numbers (number int PRIMARY KEY, padding text)");
const { rows } = await pool.query("SELECT coalesce(max(number), 0) AS last FROM numbers");
for (let number: number = rows[0].last + 1; ; number += 1) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query("INSERT INTO numbers VALUES ($1, $2)", [number, "x".repeat(number % 3000)]);
  await client.query("COMMIT");
  client.release();
  // Standard output is a pipe, which Node writes synchronously: a line is out before the next row begins.
  process.stdout.write(`${number}\n`);
}
