/** A database of its own on a real PostgreSQL, for one test file. */
import { randomBytes } from "node:crypto";
import pg from "pg";

/** @param url a server on which databases may be made */
export async function freshDatabase(url: string): Promise<string> {
  const name = `sallyport_${randomBytes(6).toString("hex")}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

/**
 * Variables for a server whose database is not what a test is about: a PostgreSQL where there is one, on which a server
 * starts with a fifth of the work, else the embedded one.
 */
export async function anyDatabase(): Promise<{ DATABASE_URL?: string }> {
  const { TEST_DATABASE_URL } = process.env;
  return TEST_DATABASE_URL === undefined ? {} : { DATABASE_URL: await freshDatabase(TEST_DATABASE_URL) };
}
