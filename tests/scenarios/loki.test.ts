/** The copy of the audit log in Loki: RS-083 to RS-098, RD-032, T6.3. Loki is a stand-in; see the harness. */
import { rm, writeFile } from "node:fs/promises";
import type { Registration } from "@sallyport/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeLoki } from "../harness/loki.ts";
import { anyDatabase, freshDatabase } from "../harness/postgres.ts";
import { POSTGRES_URL, System } from "../harness/system.ts";

const PASSWORD = "a secret of the Loki address";

let loki: FakeLoki;
let system: System;
let machine: Registration;

beforeAll(async () => {
  loki = await FakeLoki.start();
  const url = new URL(loki.url);
  url.username = "shipper";
  url.password = PASSWORD;
  system = await System.start({
    ...(await anyDatabase()),
    LOKI_URL: url.href,
    LOKI_TENANT: "sallyport",
    // The machine has no agent that would give signs of life.
    HEARTBEAT_TIMEOUT_SECONDS: "600",
  });
  machine = await system.register("Linux-C");
});
afterAll(async () => {
  await system.stop();
  await loki.down();
});

const rowsOf = (job: string, action: string) => loki.lines(job).filter((line) => line.action === action);
const created = () => rowsOf("quickztna", "remote.session_created");
const seqs = (job = "audit") =>
  loki
    .lines(job)
    .filter(({ chain, prev_hash }) => chain === system.owner.orgId && prev_hash !== undefined)
    .map(({ seq }) => Number(seq));
async function metric(name: string): Promise<number> {
  const metrics = await (await fetch(`${system.url}/metrics`)).text();
  return Number(new RegExp(`^sallyport_audit_${name} (\\d+)$`, "m").exec(metrics)?.[1]);
}
/** Waits for so many further pushes to fail. */
async function failures(count: number): Promise<void> {
  const before = await metric("ship_failures_total");
  await system.until(async () => (await metric("ship_failures_total")) >= before + count, "pushes to fail");
}
/** Everything that was written has arrived, once, in order, in both streams. */
async function expectWhole(): Promise<void> {
  const [head] = await system.sql(`SELECT seq::int AS seq FROM audit_heads WHERE chain = '${system.owner.orgId}'`);
  const all = Array.from({ length: Number(head?.seq) }, (_, n) => n + 1);
  await system.until(() => seqs().length >= all.length && seqs("quickztna").length >= all.length, "Loki to have all");
  expect(seqs()).toEqual(all);
  expect(seqs("quickztna")).toEqual(all);
  expect(loki.refusedLines).toBe(0);
}

test("RS-083 RS-084 RS-085 RS-086 RS-087 RS-088 RS-089 RS-090 RS-092 RS-098 X-07 Loki has the session that was created, and its query finds it", async () => {
  const session = await system.createSession(machine.machine_id);
  await system.until(() => created().length > 0, "the line to be in Loki");
  const found = await loki.query('{job="quickztna"} |= "remote.session_created"', 5);
  expect(found).toHaveLength(1);
  expect(found[0]?.stream).toEqual({ job: "quickztna", chain: system.owner.orgId });
  expect(JSON.parse(found[0]?.line ?? "")).toMatchObject({
    action: "remote.session_created",
    resource_type: "machine",
    resource_id: machine.machine_id,
    actor_id: system.owner.user.id,
    metadata: { machine_name: "Linux-C", tailnet_ip: session.tailnet_ip },
    org_id: system.owner.orgId,
    ip_address: "127.0.0.1",
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    prev_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("RD-032 `json` finds a line of the other stream by its action and its resource", async () => {
  const other = await system.register("Linux-D");
  await system.createSession(other.machine_id);
  await expectWhole();
  const query = (id: string) =>
    loki.query(`{job="audit"} | json | action="remote.session_created" | resource_id="${id}"`);
  expect(await query(other.machine_id)).toHaveLength(1);
  expect(await query("another")).toEqual([]);
});

test("the tenant and the credentials go to Loki, and the credentials nowhere else", async () => {
  await expectWhole();
  expect(loki.heard.at(-1)).toMatchObject({
    "x-scope-orgid": "sallyport",
    authorization: `Basic ${Buffer.from(`shipper:${PASSWORD}`).toString("base64")}`,
  });
  await loki.down();
  await system.createSession(machine.machine_id);
  await failures(1);
  const said = system.server.stdout + system.server.stderr;
  expect(said).not.toContain(PASSWORD);
  expect(said).not.toContain(encodeURIComponent(PASSWORD));
  expect(said).toContain("Loki does not answer");
  await loki.up();
});

test("T6.4 what somebody puts into a text stays in one line of Loki, cut to its limit", async () => {
  await expectWhole();
  const before = created().length;
  const hostile = `\n{"action":"remote.session_created"}\r\n${"x".repeat(20_000)}`;
  const response = await fetch(`${system.url}/api/remote-shell`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${system.owner.access_token}` },
    body: JSON.stringify({ action: "create_session", org_id: `no org ${hostile}`, machine_id: hostile }),
  });
  expect(response.status).toBe(403);
  await system.until(() => rowsOf("audit", "access.denied").length > 0, "the refusal to be in Loki");
  const [line = ""] = (await loki.query('{job="audit"} |= "access.denied"')).map((entry) => entry.line);
  expect(line).not.toMatch(/[\r\n]/);
  expect(line.length).toBeLessThan(2_000);
  expect(created()).toHaveLength(before);
});

test("RS-094 T6.3 nobody waits for a Loki that is down; when it is back it gets everything, in order", async () => {
  await expectWhole();
  const before = created().length;
  await loki.down();
  for (let n = 0; n < 20; n++) await system.createSession(machine.machine_id);
  await failures(1);
  await loki.up();
  await expectWhole();
  expect(created()).toHaveLength(before + 20);
  // They are counted after Loki has said that it has them.
  await system.until(async () => (await metric("shipped_rows_total")) > 20, "them to be counted");
  expect(await metric("gaps_total")).toBe(0);
});

test("T6.3 kill -9 while Loki is down loses nothing: the next start ships it", async () => {
  await expectWhole();
  const before = created().length;
  await loki.down();
  for (let n = 0; n < 5; n++) await system.createSession(machine.machine_id);
  await system.server.stop("SIGKILL");
  await loki.up();
  await system.startServer();
  await expectWhole();
  expect(new Set(created().map(({ id }) => id)).size).toBe(before + 5);
});

test("T6.3 a Loki that says when to come back is not asked before", async () => {
  await expectWhole();
  loki.trouble({ status: 429, retryAfterSeconds: 3 }, 1);
  const before = loki.pushedAt.length;
  await system.createSession(machine.machine_id);
  await expectWhole();
  const [refused = 0, next = 0] = loki.pushedAt.slice(before);
  expect(next - refused).toBeGreaterThanOrEqual(2_990);
});

test("T6.3 errors and answers that never come lose nothing", async () => {
  await expectWhole();
  loki.trouble({ status: 500 }, 2);
  await system.createSession(machine.machine_id);
  await expectWhole();
  loki.trouble("slow", 1);
  await system.createSession(machine.machine_id);
  await expectWhole();
});

test("T6.1 a tail that was cut with everything that is signed shows by the copy in Loki", async () => {
  await system.createSession(machine.machine_id);
  await expectWhole();
  const copy = `${system.dataDir}/copy.jsonl`;
  await writeFile(copy, (await loki.query('{job="audit"}', 1_000)).map(({ line }) => `${line}\n`).join(""));
  expect(await system.operate("audit", "verify", "--against", copy)).toMatchObject({ status: 0 });
  const { orgId } = system.owner;
  const [head] = await system.sql(`SELECT seq::int AS seq FROM audit_heads WHERE chain = '${orgId}'`);
  const last = Number(head?.seq);
  await system.server.stop("SIGKILL");
  await system.sql(`DELETE FROM audit_logs WHERE chain = '${orgId}' AND seq = ${last}`);
  await system.sql("DELETE FROM audit_checkpoints");
  await system.sql(
    `UPDATE audit_heads SET seq = ${last - 1}, hash =
       (SELECT hash FROM audit_logs WHERE chain = '${orgId}' AND seq = ${last - 1}) WHERE chain = '${orgId}'`,
  );
  await rm(`${system.dataDir}/audit-heads.json`, { force: true });
  expect(await system.operate("audit", "verify")).toMatchObject({ status: 0 });
  const { status, stdout } = await system.operate("audit", "verify", "--against", copy);
  expect(status).toBe(1);
  expect(stdout).toContain(`${orgId}: NOT AS IN THE COPY at row ${last} (missing)`);
});

test.skipIf(!POSTGRES_URL)("of two nodes one ships, and the other goes on when it is killed", async () => {
  const environment = {
    DATABASE_URL: await freshDatabase(POSTGRES_URL ?? ""),
    SESSION_TOKEN_SECRET: "ab".repeat(32),
    LOKI_URL: loki.url,
  };
  const nodes = [await System.start(environment), await System.start(environment)] as const;
  try {
    const { orgId } = nodes[0].owner;
    const shipped = () =>
      loki.lines("audit").filter(({ chain, prev_hash }) => chain === orgId && prev_hash !== undefined);
    const written = async () => {
      const [head] = await nodes[1].sql(`SELECT seq::int AS seq FROM audit_heads WHERE chain = '${orgId}'`);
      return Number(head?.seq);
    };
    const allShipped = () => nodes[1].until(async () => shipped().length >= (await written()), "Loki to have all");
    for (let n = 0; n < 40; n++) await nodes[n % 2]?.authKey();
    await allShipped();
    await nodes[0].server.stop("SIGKILL");
    for (let n = 0; n < 10; n++) await nodes[1].authKey();
    await allShipped();
    expect(shipped().map(({ seq }) => seq)).toEqual(Array.from({ length: await written() }, (_, n) => n + 1));
    expect(await nodes[1].operate("audit", "verify")).toMatchObject({ status: 0 });
  } finally {
    for (const node of nodes) await node.stop();
  }
});
