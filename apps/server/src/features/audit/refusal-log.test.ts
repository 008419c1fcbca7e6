import { randomUUID } from "node:crypto";
import { AppError, REFUSALS_PER_MINUTE } from "@sallyport/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RefusedCall } from "../../platform/http/bind-endpoint.ts";
import { type ApiCallers, vouchForOrg } from "../access/index.ts";
import { type AuditDatabase, openAuditDatabase } from "./audit-database.fixture.ts";
import { RefusalLog } from "./refusal-log.ts";

let store: AuditDatabase;
let log: RefusalLog;
let now: number;
const [org, member, stranger] = [randomUUID(), randomUUID(), randomUUID()];

beforeAll(async () => {
  store = await openAuditDatabase();
  await store.sql(`INSERT INTO orgs (id, name) VALUES ('${org}', 'an organisation')`);
  await store.sql(
    `INSERT INTO users (id, email) VALUES ('${member}', 'm@example.com'), ('${stranger}', 's@example.com')`,
  );
  await store.sql(`INSERT INTO org_members (org_id, user_id, role) VALUES ('${org}', '${member}', 'member')`);
}, 60_000);
beforeEach(async () => {
  await store.sql("DELETE FROM audit_logs");
  await store.sql("DELETE FROM audit_heads");
  now = Date.parse("2026-11-23T10:00:00.000Z");
  log = new RefusalLog({ ...store, now: () => now });
});
afterAll(() => store.close());

const person = (userId: string) => ({ userId, email: "x@example.com", signInId: randomUUID(), limits: null });
const refusal = (over: Partial<RefusedCall<ApiCallers>> = {}): RefusedCall<ApiCallers> => ({
  error: new AppError("FORBIDDEN", { reason: "no" }),
  call: "POST /api/remote-shell create_session",
  user: person(member),
  node: undefined,
  orgId: org,
  subject: { machine_id: "m" },
  ipAddress: "192.0.2.1",
  ...over,
});
const rows = () => store.sql("SELECT * FROM audit_logs ORDER BY chain, seq");

test("T6.5 a member's refusal is in the organisation's chain, with everything that is known", async () => {
  log.refusedCall(refusal());
  await log.flush();
  expect(await rows()).toMatchObject([
    {
      chain: org,
      org_id: org,
      action: "access.denied",
      resource_type: "call",
      resource_id: "POST /api/remote-shell create_session",
      actor_id: member,
      ip_address: "192.0.2.1",
      metadata: {
        code: "FORBIDDEN",
        claimed_org_id: org,
        subject: { machine_id: "m" },
        at: "2026-11-23T10:00:00.000Z",
      },
    },
  ]);
});

test("T1.2 nobody writes into the log of an organisation that he is not in: it goes to the system's, with the claim", async () => {
  log.refusedCall(refusal({ user: person(stranger) }));
  log.refusedCall(refusal({ user: undefined }));
  log.refusedCall(refusal({ orgId: "no uuid \0 \ud800" }));
  await log.flush();
  const written = await rows();
  expect(written.map(({ chain, org_id }) => [chain, org_id])).toEqual(Array(3).fill(["system", null]));
  expect(written.map(({ metadata }) => (metadata as Record<string, unknown>).claimed_org_id)).toEqual([
    org,
    org,
    "no uuid \ufffd \ufffd",
  ]);
  expect(await store.auditor.verify("system")).toMatchObject({ fault: undefined });
});

test("a machine's refusal is in its own organisation's chain, whatever it claims", async () => {
  const node = { machineId: randomUUID(), scope: vouchForOrg(org) };
  log.refusedCall(refusal({ user: undefined, node, orgId: randomUUID() }));
  await log.flush();
  expect(await rows()).toMatchObject([{ chain: org, metadata: { by_machine_id: node.machineId } }]);
});

test("a refused handshake is recorded like a call, without its tokens", async () => {
  const query = new URLSearchParams({ org_id: org, machine_id: "m", token: "secret", shell_token: "secret" });
  const upgrade = { code: "INVALID_SHELL_TOKEN", path: "/api/remote-shell/ws", query, ipAddress: "::1" } as const;
  log.refusedUpgrade({ ...upgrade, caller: { userId: member } });
  await log.flush();
  const written = await rows();
  expect(written).toMatchObject([{ chain: org, resource_id: "GET /api/remote-shell/ws", actor_id: member }]);
  expect(JSON.stringify(written)).not.toContain("secret");
});

test("a failure that is no refusal is not recorded", async () => {
  log.refusedCall(refusal({ error: new AppError("NOT_FOUND", { what: "Machine" }) }));
  await log.flush(true);
  expect(await rows()).toEqual([]);
});

test("T6.5 after a hundred of a kind in a minute the rest is counted and becomes one row", async () => {
  for (let n = 0; n < 1_000; n++) {
    log.refusedCall(refusal({ user: undefined, ipAddress: "192.0.2.1" }));
    log.refusedCall(refusal({ user: undefined, ipAddress: `2001:db8::${(n % 999) + 1}` }));
  }
  await log.flush();
  expect(await rows()).toHaveLength(2 * REFUSALS_PER_MINUTE);
  now += 59_000;
  await log.flush();
  expect(await rows()).toHaveLength(2 * REFUSALS_PER_MINUTE);
  now += 1_000;
  await log.flush();
  const counts = (await rows()).map(({ metadata }) => (metadata as { count?: number }).count).filter(Boolean);
  expect(counts).toEqual([900, 900]);
  log.refusedCall(refusal({ user: undefined, ipAddress: "192.0.2.1" }));
  await log.flush();
  expect(await rows()).toHaveLength(2 * REFUSALS_PER_MINUTE + 3);
});

test("actions that do not exist are one kind: nobody makes as many as he likes", async () => {
  for (let n = 0; n < 500; n++) log.refusedCall(refusal({ call: `POST /api/remote-shell made_up_${n}` }));
  await log.stop();
  const written = await rows();
  expect(written).toHaveLength(REFUSALS_PER_MINUTE + 1);
  expect(new Set(written.map(({ resource_id }) => resource_id))).toEqual(new Set(["POST /api/remote-shell ?"]));
});

test("T5.4 of a flood from everywhere, none is uncounted, and what waits is bounded", async () => {
  const sources = 30_000;
  for (let n = 0; n < sources; n++) {
    log.refusedCall(refusal({ user: undefined, ipAddress: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` }));
  }
  await log.flush();
  const atOnce = (await rows()).length;
  expect(atOnce).toBeLessThanOrEqual(2_000);
  await log.stop();
  await log.flush(true);
  const counted = await store.sql(
    "SELECT sum(coalesce((metadata->>'count')::int, 1))::int AS n, count(*)::int AS rows FROM audit_logs",
  );
  expect(counted[0]).toMatchObject({ n: sources });
}, 60_000);

test("with the log not writable, refusals wait and are written later", async () => {
  await store.sql("ALTER TABLE audit_logs RENAME TO away");
  log.refusedCall(refusal());
  await log.flush();
  await store.sql("ALTER TABLE away RENAME TO audit_logs");
  await log.flush();
  expect(await rows()).toHaveLength(1);
});
