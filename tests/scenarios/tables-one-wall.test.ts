/** A database user who may not make roles: the server says what an administrator has to run, and serves without the second wall. */
import { randomBytes } from "node:crypto";
import { databaseApi } from "@sallyport/protocol";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshDatabase } from "../harness/postgres.ts";
import { POSTGRES_URL, System } from "../harness/system.ts";

describe.runIf(POSTGRES_URL)("on a PostgreSQL whose user may not make roles", () => {
  const user = `plain_${randomBytes(6).toString("hex")}`;
  let url: URL;
  let system: System;

  async function administer(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: POSTGRES_URL });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }

  beforeAll(async () => {
    url = new URL(await freshDatabase(POSTGRES_URL ?? ""));
    await administer(`CREATE ROLE ${user} LOGIN; ALTER DATABASE ${url.pathname.slice(1)} OWNER TO ${user}`);
    url.username = user;
    system = await System.start({ DATABASE_URL: url.href });
  });
  afterAll(() => system.stop());

  test("it warns with the statements, and tables are served by the application's own rules", async () => {
    expect(system.server.stdout + system.server.stderr).toContain(
      `CREATE ROLE sallyport_tables NOLOGIN; GRANT sallyport_tables TO \\"${user}\\";`,
    );
    const { api, orgId } = system.owner;
    const tenant = await system.tenant();
    const list = (org_id: string) =>
      api.call(databaseApi.list, { params: { table: "org_members" }, query: { org_id } });
    expect(await list(orgId)).toHaveLength(1);
    expect(await list(tenant.orgId)).toEqual([]);
    const body = { org_id: orgId, action: "deny", source: "*", destination: "*" };
    const rule = await api.call(databaseApi.insert, { params: { table: "acl_rules" }, body });
    const gone = await api.call(databaseApi.delete, { params: { table: "acl_rules" }, body: { id: rule.id } });
    expect(gone).toEqual({ changes: 1 });
  });

  test("once an administrator has run them, the next start has both walls and no warning", async () => {
    await system.server.stop();
    // The role itself may be there, from another database of the cluster.
    await administer("CREATE ROLE sallyport_tables NOLOGIN").catch(() => {});
    await administer(`GRANT sallyport_tables TO ${user}`);
    await system.startServer();
    expect(system.server.stdout + system.server.stderr).not.toContain("second wall");
    const [granted] = await system.sql(
      "SELECT has_column_privilege('sallyport_tables', 'machines', 'name', 'SELECT') AS name, has_table_privilege('sallyport_tables', 'users', 'SELECT') AS users",
    );
    expect(granted).toEqual({ name: true, users: false });
  });
});
