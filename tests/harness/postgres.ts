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
