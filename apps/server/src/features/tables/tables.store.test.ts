/** The statements of `/api/db` on a real database, with two tenants in it, and the wall behind them. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError, DB_ROWS, DB_TABLES } from "@sallyport/protocol";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase, openPool } from "../../platform/db/database.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../platform/db/embedded/open-embedded-database.ts";
import { migrate } from "../../platform/db/migrate.ts";
import { TENANT_ROLE } from "../../platform/db/tenant-role.ts";
import { TenantWall } from "../../platform/db/tenant-wall.ts";
import { type Limits, vouchForOrg } from "../access/index.ts";
import { BOUND_TABLES, findTable } from "./bound-tables.ts";
import { parseTableQuery } from "./parse-query.ts";
import { tableGrants } from "./table-grants.ts";
import { findOrgOfRow, listRows, rowsQuery } from "./tables.store.ts";

const [A, B, USER_A, USER_B] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
const MACHINES = 10_000;
/** Two statements each. */
const FUZZED_REQUESTS = process.env.NIGHTLY ? 50_000 : 1_000;

/** A tenant with a row in every table. */
const tenant = (org: string, user: string) => `
  INSERT INTO users (id, email) VALUES ('${user}', '${user}@example.com');
  INSERT INTO orgs (id, name, plan) VALUES ('${org}', '${org}', 'enterprise');
  INSERT INTO org_members (org_id, user_id, role) VALUES ('${org}', '${user}', 'owner');
  INSERT INTO auth_keys (org_id, name, key_hash, key_prefix, expires_at, allowed_cidrs)
    VALUES ('${org}', 'key', 'secret ${org}', 'p', now(), '{10.0.0.0/8}');
  INSERT INTO machines (org_id, name, node_key_hash, secret_key_hash, tags, owner_id)
    VALUES ('${org}', 'first', 'secret ${org}', 's', '{web,db}', '${user}');
  INSERT INTO auth_key_uses (org_id, auth_key_id, machine_name, outcome)
    SELECT org_id, id, 'first', 'enrolled' FROM auth_keys WHERE org_id = '${org}';
  INSERT INTO acl_rules (org_id, action, source, destination) VALUES ('${org}', 'deny', '*', '*');
  INSERT INTO remote_desktop_sessions
      (org_id, machine_id, viewer_user_id, session_type, consent_required, sign_in_id, sdp_offer)
    SELECT org_id, id, '${user}', 'admin', false, gen_random_uuid(), 'secret' FROM machines WHERE org_id = '${org}';
  INSERT INTO audit_logs (id, chain, seq, org_id, action, resource_type, metadata, created_at, prev_hash, hash)
    VALUES (gen_random_uuid(), '${org}', 1, '${org}', 'org.created', 'org', '{}', now(), '', '');`;

let folder: string;
let embedded: EmbeddedDatabase;
let pool: pg.Pool;
let db: Database;
let wall: TenantWall;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tables-"));
  embedded = await openEmbeddedDatabase({ dataDir: folder, durability: "process_death" });
  pool = openPool(embedded.poolConfig);
  expect(await migrate(pool, tableGrants())).toBeUndefined();
  await pool.query(tenant(A, USER_A) + tenant(B, USER_B));
  await pool.query(
    `INSERT INTO machines (org_id, name, node_key_hash, secret_key_hash)
     SELECT '${A}', 'm' || n % 7, 'hash ' || n, 's' FROM generate_series(2, ${MACHINES}) n`,
  );
  db = openDatabase(pool);
  wall = new TenantWall(db, true);
}, 60_000);
afterAll(async () => {
  await pool.end();
  await embedded.close();
  await rm(folder, { recursive: true, force: true });
});

const names = (table: string) => Object.keys(findTable(table).columns);
const parse = (table: string, raw: Record<string, string>) => parseTableQuery({ org_id: A, ...raw }, names(table));
const list = (table: string, raw: Record<string, string> = {}) =>
  wall.read(A, (tx) => listRows(tx, vouchForOrg(A), findTable(table), parse(table, raw)));

describe("R-12 every table is decided upon", () => {
  /** Never shown by `/api/db`, whoever asks. A new table is put here or into TABLES, or this fails. */
  const NEVER_SHOWN = [
    "AuditLog",
    "api_keys",
    "audit_checkpoints",
    "audit_erased",
    "audit_heads",
    "audit_shipments",
    "audit_tombstones",
    "desktop_candidates",
    "device_sign_ins",
    "nodes",
    "orgs",
    "plan_features",
    "refresh_tokens",
    "sessions",
    "shell_tokens",
    "sign_ins",
    "users",
  ];
  test("a table is in the registry, or on the list of those that are never shown", async () => {
    const { rows } = await pool.query<{ tablename: string }>(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    );
    expect(rows.map(({ tablename }) => tablename).sort()).toEqual([...DB_TABLES, ...NEVER_SHOWN].sort());
  });

  test("what the registry shows has a tenant, and the database's own rule for it", async () => {
    for (const { name, columns } of BOUND_TABLES) {
      expect(Object.keys(columns)).toEqual(expect.arrayContaining(["id", "org_id"]));
      const { rows } = await pool.query("SELECT relrowsecurity AS secured FROM pg_class WHERE oid = $1::regclass", [
        name,
      ]);
      expect([name, rows[0]]).toEqual([name, { secured: true }]);
    }
  });
});

describe("T1.8 the database grants what the registry says", () => {
  test("column by column, and nothing else of the whole database", async () => {
    const { rows } = await pool.query<Record<"relation" | "column", string> & Record<"s" | "i" | "u" | "r", boolean>>(
      `SELECT c.relname AS relation, a.attname AS column,
              has_column_privilege('${TENANT_ROLE}', c.oid, a.attnum, 'SELECT') AS s,
              has_column_privilege('${TENANT_ROLE}', c.oid, a.attnum, 'INSERT') AS i,
              has_column_privilege('${TENANT_ROLE}', c.oid, a.attnum, 'UPDATE') AS u,
              has_column_privilege('${TENANT_ROLE}', c.oid, a.attnum, 'REFERENCES') AS r
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
         AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
    );
    const may = (letter: "s" | "i" | "u" | "r") =>
      rows.filter((row) => row[letter]).map(({ relation, column }) => `${relation}.${column}`);
    const granted = (verb: "select" | "insert" | "update") =>
      tableGrants().flatMap((grant) => grant[verb].map((column) => `${grant.table}.${column}`));
    expect(rows.length).toBeGreaterThan(150);
    expect(may("s").sort()).toEqual(granted("select").sort());
    expect(may("i").sort()).toEqual(granted("insert").sort());
    expect(may("u").sort()).toEqual(granted("update").sort());
    expect(may("r")).toEqual([]);
  });

  test("whole tables: only rules are deleted", async () => {
    const { rows } = await pool.query<{ relation: string; privileges: string[] }>(
      `SELECT relname AS relation, array_agg(p ORDER BY p) AS privileges
       FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
       WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = 'public'::regnamespace
         AND has_table_privilege('${TENANT_ROLE}', oid, p)
       GROUP BY relname`,
    );
    expect(rows).toEqual([{ relation: "acl_rules", privileges: ["DELETE"] }]);
  });

  test("the role cannot sign in, owns nothing, and is nobody else", async () => {
    const { rows } = await pool.query(
      `SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole,
              (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned,
              (SELECT count(*)::int FROM pg_auth_members WHERE member = r.oid) AS memberships
       FROM pg_roles r WHERE rolname = '${TENANT_ROLE}'`,
    );
    expect(rows).toEqual([
      { rolcanlogin: false, rolsuper: false, rolbypassrls: false, rolcreaterole: false, owned: 0, memberships: 0 },
    ]);
  });
});

describe("T1.8 without the application's own predicate", () => {
  const behind = (statement: string) =>
    wall.read(A, async (tx) => (await tx.execute<Record<string, unknown>>(sql.raw(statement))).rows);

  test.each(DB_TABLES)("%s shows one tenant's rows", async (table) => {
    const columns = names(table).join(", ");
    const all = await behind(`SELECT ${columns} FROM ${table}`);
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all.map(({ org_id }) => org_id))).toEqual(new Set([A]));
    expect(await behind(`SELECT ${columns} FROM ${table} WHERE org_id = '${B}'`)).toEqual([]);
    expect(await behind(`SELECT ${columns} FROM ${table} WHERE org_id <> '${A}'`)).toEqual([]);
  });

  test.each([
    "SELECT key_hash FROM auth_keys",
    "SELECT node_key_hash FROM machines",
    "SELECT secret_key_hash FROM machines",
    "SELECT sdp_offer FROM remote_desktop_sessions",
    "SELECT * FROM machines",
    "SELECT password_hash FROM users",
    "SELECT token_hash FROM refresh_tokens",
    "SELECT * FROM shell_tokens",
    "SELECT * FROM sessions",
    "SELECT * FROM plan_features",
    'SELECT * FROM "AuditLog"',
    "SELECT nextval('tailnet_host')",
  ])("%s is refused", async (statement) => {
    await expect(behind(statement)).rejects.toEqual(
      expect.objectContaining({ cause: expect.objectContaining({ code: "42501" }) }),
    );
  });
});

const anyValue = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.uuid(),
  fc.date({ noInvalidDate: false }).map((date) => (Number.isNaN(date.getTime()) ? "Invalid" : date.toISOString())),
  fc.bigInt().map(String),
  fc.double().map(String),
  fc.constantFrom("true", "false", "t", "", " ", "NULL", "null", A, B, "web", "first", "\0", "\ud800", "9".repeat(15)),
  fc.constantFrom("'", "' OR '1'='1", "\\", "$1", "{}", "{web}", "a,b", "%", "1e9", "-0", "0x10", "infinity", "epoch"),
  fc.constantFrom("2026-02-30", "10000-01-01T00:00:00Z", "-000001-01-01T00:00:00Z", "2026-01-01 00:00+99"),
);
/** A table, some of its columns as filters, and an order. */
const shape = fc.constantFrom(...BOUND_TABLES).chain((table) => {
  const columns = Object.entries(table.columns);
  const filterable = columns.filter(([, column]) => column.getSQLType() !== "jsonb").map(([name]) => name);
  return fc.record({
    table: fc.constant(table),
    filters: fc.subarray(filterable.filter((name) => name !== "org_id")),
    order: fc.subarray(columns.map(([name]) => name)),
  });
});
const request = shape.chain(({ table, filters, order }) => {
  const query = fc.record({
    values: fc.tuple(...filters.map(() => anyValue)),
    limit: fc.integer({ min: 1, max: DB_ROWS.max }),
    offset: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  });
  return fc.tuple(fc.constant({ table, filters, order }), query, query);
});
type Values = { values: string[]; limit: number; offset: number };

const queryOf = (filters: string[], order: string[], { values, limit, offset }: Values) => ({
  select: [],
  filters: filters.map((column, index) => ({ column, value: values[index] ?? "" })),
  order: order.map((column) => ({ column, descending: column < "m" })),
  limit,
  offset,
});

describe("T1.6 values never become SQL", () => {
  test("requests of one shape are one text, and every value is a parameter", () => {
    fc.assert(
      fc.property(request, ([{ table, filters, order }, one, other]) => {
        const [first, second] = [one, other].map((values) =>
          rowsQuery(db, vouchForOrg(A), table, queryOf(filters, order, values as Values)).toSQL(),
        );
        expect(first?.sql).toBe(second?.sql);
        expect(first?.params).toHaveLength(filters.length + 3);
        expect(first?.params[0]).toBe(A);
        expect(first?.params.slice(-2)).toEqual([one.limit, one.offset]);
      }),
    );
  });

  test("thousands of filters run, without an error and without another tenant's rows", async () => {
    const requests = fc.sample(request, FUZZED_REQUESTS);
    let found = 0;
    // On the first wall alone, so that it is seen to hold by itself.
    for (const [{ table, filters, order }, ...both] of requests) {
      for (const values of both) {
        const { filters: wanted, ...query } = queryOf(filters, order, { ...(values as Values), limit: 20, offset: 0 });
        const rows = await listRows(db, vouchForOrg(A), table, { ...query, filters: wanted.slice(0, 3) });
        for (const { org_id } of rows) expect(org_id).toBe(A);
        found += rows.length;
      }
    }
    expect(found).toBeGreaterThan(0);
  }, 1_800_000);

  test("each value that can match does", async () => {
    for (const table of BOUND_TABLES) {
      const [row] = await list(table.name, { limit: "1", order: "id" });
      for (const [name, value] of Object.entries(row ?? {})) {
        if (name === "org_id" || name === "metadata" || Array.isArray(value)) continue;
        const filter = value === null ? "is.null" : `eq.${String(value)}`;
        const rows = await list(table.name, { [name]: filter, id: String(row?.id) });
        expect(rows, `${table.name}.${name}=${filter}`).toHaveLength(1);
      }
    }
  });
});

test("a list column is filtered by what it has", async () => {
  for (const tag of ["web", "db"]) {
    expect(await list("machines", { tags: tag, select: "name" })).toEqual([{ name: "first" }]);
  }
  for (const none of ["we", "web,db", "{web}", "", "\0"]) expect(await list("machines", { tags: none })).toEqual([]);
  expect(await list("auth_keys", { allowed_cidrs: "eq.10.0.0.0/8" })).toHaveLength(1);
});

test("JSON is no filter", async () => {
  await expect(list("audit_logs", { metadata: "{}" })).rejects.toBeInstanceOf(AppError);
});

test("10,000 rows come in pages that neither repeat nor miss one, whatever the order", async () => {
  const seen = new Set<unknown>();
  for (let offset = 0; offset < MACHINES; offset += 1_000) {
    const page = await list("machines", { order: "name.desc", select: "id", limit: "1000", offset: String(offset) });
    expect(page).toHaveLength(1_000);
    for (const { id } of page) seen.add(id);
  }
  expect(seen.size).toBe(MACHINES);
  expect(await list("machines", { offset: String(MACHINES) })).toEqual([]);
});

test("T1.2 a row's organisation is found by its members only", async () => {
  const rules = findTable("acl_rules");
  const [rule] = await list("acl_rules");
  const id = String(rule?.id);
  const orgFor = (userId: string, limits: Limits | null = null, of = id) =>
    findOrgOfRow(db, rules, { id: of, holder: { userId, limits } });
  expect(await orgFor(USER_A)).toBe(A);
  expect(await orgFor(USER_A, { orgId: A, role: "member" })).toBe(A);
  expect(await orgFor(USER_A, { orgId: B, role: "owner" })).toBeUndefined();
  expect(await orgFor(USER_B)).toBeUndefined();
  for (const none of [randomUUID(), "no id", ""]) {
    expect(await orgFor(USER_A, null, none)).toBeUndefined();
  }
});
