/** Whom a write tells, and that it happens with its record or not at all. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openDatabase, openPool } from "../../platform/db/database.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../platform/db/embedded/open-embedded-database.ts";
import { migrate } from "../../platform/db/migrate.ts";
import { TenantWall } from "../../platform/db/tenant-wall.ts";
import { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import { createHttpServer, type HttpServer } from "../../platform/http/http-server.ts";
import { createLogger } from "../../platform/logger.ts";
import { createMetrics } from "../../platform/metrics.ts";
import type { ApiCallers } from "../access/index.ts";
import { bindTables, tableGrants } from "./index.ts";

const [ORG, USER] = [randomUUID(), randomUUID()];
const RULE = { org_id: ORG, action: "deny", source: "*", destination: "tag:web" };

let folder: string;
let embedded: EmbeddedDatabase;
let pool: pg.Pool;
let app: HttpServer;
let told: string[] = [];

const noGate = async () => {
  throw new Error("not asked here");
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tables-"));
  embedded = await openEmbeddedDatabase({ dataDir: folder, durability: "process_death" });
  pool = openPool(embedded.poolConfig);
  await migrate(pool, tableGrants());
  await pool.query(
    `INSERT INTO users (id, email) VALUES ('${USER}', 'admin@example.com');
     INSERT INTO orgs (id, name) VALUES ('${ORG}', 'org');
     INSERT INTO org_members (org_id, user_id, role) VALUES ('${ORG}', '${USER}', 'admin')`,
  );
  const db = openDatabase(pool);
  app = createHttpServer({
    logger: createLogger("silent"),
    metrics: createMetrics(),
    trustProxy: [],
    publicUrl: () => "http://127.0.0.1",
    answered: () => {},
  });
  const gatekeeper = {
    authenticate: async () => ({ userId: USER, email: "admin@example.com", signInId: randomUUID(), limits: null }),
    requirePerson: () => {},
    authenticateNode: noGate,
    authenticateSchedule: noGate,
    admit: noGate,
    refused: () => {},
  };
  const bind = new EndpointBinder<ApiCallers>(app, gatekeeper, createLogger("silent"));
  bindTables(bind, { db, wall: new TenantWall(db, true), onRightsChanged: (orgId) => told.push(orgId) });
}, 60_000);
beforeEach(() => {
  told = [];
});
afterAll(async () => {
  await app.close();
  await pool.end();
  await embedded.close();
  await rm(folder, { recursive: true, force: true });
});

async function call(method: "POST" | "PATCH" | "DELETE", query: string, payload: object) {
  const answer = await app.inject({ method, url: `/api/db/acl_rules${query}`, payload });
  return { status: answer.statusCode, ...answer.json<{ data: Record<string, unknown>; error: { code: string } }>() };
}
const rules = async () => (await pool.query("SELECT * FROM acl_rules ORDER BY id")).rows;

test("whoever watches live sessions is told of a write, once, and of nothing else", async () => {
  const { data } = await call("POST", "", RULE);
  await call("PATCH", `?org_id=${ORG}&id=${data.id}`, { enabled: false });
  await call("DELETE", "", { id: data.id });
  expect(told).toEqual([ORG, ORG, ORG]);
  await call("PATCH", `?org_id=${ORG}&id=${data.id}`, { enabled: false });
  await call("DELETE", `?org_id=${ORG}&id=${data.id}`, {});
  await call("POST", "", { ...RULE, source: "10.0.0.0/99" });
  expect(told).toEqual([ORG, ORG, ORG]);
});

test("a write whose record cannot be written does not happen, and nobody is told of it", async () => {
  const { data } = await call("POST", "", RULE);
  const before = await rules();
  told = [];
  await pool.query("ALTER TABLE audit_heads RENAME TO away");
  const answers = [
    await call("POST", "", RULE),
    await call("PATCH", `?org_id=${ORG}&id=${data.id}`, { enabled: false }),
    await call("DELETE", "", { id: data.id }),
  ];
  await pool.query("ALTER TABLE away RENAME TO audit_heads");
  expect(answers.map(({ error }) => error.code)).toEqual(Array(3).fill("AUDIT_UNAVAILABLE"));
  expect(await rules()).toEqual(before);
  expect(told).toEqual([]);
});
