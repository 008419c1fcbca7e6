/** Source 03: what becomes of keys and machines whose time is over. The edits of rows are the document's own. */
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { ERRORS, LIVE_SUBPROTOCOL, machineApi } from "@sallyport/protocol";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { freshDatabase } from "../harness/postgres.ts";
import { runProgram, temporaryFolder } from "../harness/programs.ts";
import { DATABASES, System } from "../harness/system.ts";
import { FramedPerson, ticketFor } from "../harness/viewer.ts";

const CRON_SECRET = "a-secret-of-the-scheduler";
/** `ADVISORY_LOCKS.keyExpiry` of the server. */
const LOCK = 731_205_120;

/** The watch over silent machines must not be quicker than the sweep. */
const settings = async (url: string | undefined) => ({
  HEARTBEAT_TIMEOUT_SECONDS: "86400",
  ENFORCE_EXPIRY_SECONDS: "0",
  ...(url && { DATABASE_URL: await freshDatabase(url) }),
});

async function enforce(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/api/enforce-key-expiry`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: "{}",
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const done = (expired_count: number, ephemeral_cleaned: number) => ({
  status: 200,
  body: { success: true, data: { expired_count, ephemeral_cleaned }, error: null },
});
const REFUSED = { status: 401, body: expect.objectContaining({ success: false }) };

/** A machine of its own for `ztna`, whose commands a person would type. */
async function aMachine(system: System) {
  const folder = await temporaryFolder();
  const env = { HOME: folder.path, ZTNA_STATE_DIR: join(folder.path, "state"), ZTNA_CONTROL_URL: system.url };
  return {
    stateDir: env.ZTNA_STATE_DIR,
    ztna: (args: string[], more: Record<string, string> = {}) => runProgram("ztna", args, { ...env, ...more }),
    remove: async () => {
      await runProgram("ztna", ["down"], env);
      await folder.remove();
    },
  };
}

describe.each(DATABASES)("on %s", (_, url) => {
  let system: System;
  let machine: Awaited<ReturnType<typeof aMachine>>;
  beforeAll(async () => {
    system = await System.start({ HOST: "0.0.0.0", ...(await settings(url)) });
  });
  afterEach(() => machine?.remove());
  afterAll(() => system.stop());

  const rows = async (query: string, who = system.owner) => {
    const response = await fetch(`${system.url}/api/db/${query}`, { headers: bearer(who.access_token) });
    return ((await response.json()) as { data: Record<string, unknown>[] }).data;
  };
  const keyRow = async (name: string) =>
    (await rows(`auth_keys?org_id=${system.owner.orgId}&name=eq.${name}&select=name,revoked,expires_at`))[0];
  const edit = async (statement: string) => {
    expect((await system.operate("db", "query", statement)).status).toBe(0);
  };
  const audits = (action: string, resourceId: unknown) =>
    system.sql(
      `SELECT actor_id, metadata FROM audit_logs WHERE action = '${action}' AND resource_id = '${resourceId}' ORDER BY seq`,
    );
  const asOwner = () => bearer(system.owner.access_token);

  test("AK-008 AK-046 AK-047 AK-048 AK-049 AK-050 AK-051 AK-052 AK-054 AK-055 AK-076 AK-095 X-25 X-26 an expired key is revoked silently, and what it enrolled stays", async () => {
    const { id, key } = await system.authKey({ name: "expires-soon-key", reusable: true, expiry_days: 1 });
    const { machine_id } = await system
      .anonymous()
      .call(machineApi.register, { body: { auth_key: key, name: "stays" } });
    await edit("UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' WHERE name = 'expires-soon-key';");
    expect(await keyRow("expires-soon-key")).toMatchObject({ revoked: false });
    expect(await enforce(system.url, asOwner())).toEqual(done(0, 0));
    expect(await keyRow("expires-soon-key")).toMatchObject({ revoked: true });
    expect(await rows(`machines?org_id=${system.owner.orgId}&id=${machine_id}&select=status`)).toEqual([
      { status: "online" },
    ]);
    expect(await audits("auth_key.expired", id)).toEqual([
      { actor_id: null, metadata: { name: "expires-soon-key", expires_at: expect.any(String) } },
    ]);
    expect(await enforce(system.url, asOwner())).toEqual(done(0, 0));
    expect(await audits("auth_key.expired", id)).toHaveLength(1);
  });

  test("AK-010 AK-050 X-04 X-25 machines that were silent for 3 minutes are marked offline, counted and announced", async () => {
    const { machine_id } = await system.register("Silent");
    await system.register("Lively");
    const socket = new WebSocket(
      `${system.url.replace("http", "ws")}/api/live?org_id=${system.owner.orgId}`,
      [LIVE_SUBPROTOCOL],
      { headers: asOwner() },
    );
    const heard: { type: string; machine?: { name: string; status: string } }[] = [];
    socket.on("message", (data) => heard.push(JSON.parse(String(data))));
    await new Promise((resolve) => socket.once("open", resolve));
    await edit("UPDATE machines SET last_seen = NOW() - INTERVAL '4 minutes' WHERE name = 'Silent'");
    const seen = () => system.sql(`SELECT last_seen FROM machines WHERE id = '${machine_id}'`);
    const before = await seen();
    expect(await enforce(system.url)).toEqual(done(1, 0));
    await system.until(
      () => heard.some((event) => event.machine?.name === "Silent" && event.machine.status === "offline"),
      "dashboards to hear of it",
    );
    socket.close();
    const statuses = await rows(`machines?org_id=${system.owner.orgId}&order=name&select=name,status`);
    expect(statuses).toEqual([
      { name: "Lively", status: "online" },
      { name: "Silent", status: "offline" },
      { name: "stays", status: "online" },
    ]);
    expect(await seen()).toEqual(before);
    expect(await audits("machine.marked_offline", machine_id)).toEqual([
      { actor_id: null, metadata: { machine_name: "Silent", reason: "heartbeat_timeout" } },
    ]);
    expect(await enforce(system.url)).toEqual(done(0, 0));
  });

  test("AK-035 AK-037 AK-038 AK-039 AK-040 AK-043 AK-075 ztna up with an expired key says so and registers nothing", async () => {
    machine = await aMachine(system);
    const { key } = await system.authKey({ name: "a-day", reusable: true, expiry_days: 1 });
    expect((await machine.ztna(["up", "--hostname", "Win-A", "--auth-key", key])).status).toBe(0);
    await edit("UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' WHERE name = 'a-day';");
    expect((await machine.ztna(["down"])).status).toBe(0);
    expect((await machine.ztna(["logout"])).status).toBe(0);
    const count = async () => (await system.machines()).length;
    const before = await count();
    const { status, stderr } = await machine.ztna(["up", "--auth-key", key]);
    expect(stderr).toContain("auth key registration failed: INVALID_KEY: Invalid or expired auth key\n");
    expect(status).toBe(ERRORS.INVALID_KEY.exit);
    expect(await count()).toBe(before);
    expect((await machine.ztna(["status"])).stdout).toContain("Registered:     no");
  });

  test("AK-011 AK-056 AK-057 AK-058 AK-059 AK-060 AK-061 AK-062 AK-063 AK-064 AK-065 AK-066 AK-067 AK-068 AK-069 AK-070 AK-072 AK-077 X-28 an ephemeral machine that stayed away for 30 minutes is deleted, also by a call without credentials", async () => {
    machine = await aMachine(system);
    const { key } = await system.authKey({
      name: "ephemeral-cleanup-key",
      reusable: true,
      ephemeral: true,
      expiry_days: 7,
    });
    // AK-059 as the document types it; AK-072: the machine is called as its host.
    expect((await machine.ztna(["up", "--auth-key", key], { ZTNA_AUTH_KEY: key })).status).toBe(0);
    const name = hostname();
    const ephemeral = `machines?org_id=${system.owner.orgId}&ephemeral=eq.true&select=id,name,status,ephemeral,last_seen`;
    expect(await rows(ephemeral)).toMatchObject([{ name, status: "online", ephemeral: true }]);
    expect((await machine.ztna(["down"])).status).toBe(0);
    const [row] = await rows(ephemeral);
    expect(row).toMatchObject({ name, status: "offline", ephemeral: true });
    expect(await enforce(system.url)).toEqual(done(0, 0));
    expect(await rows(ephemeral)).toEqual([row]);

    await edit(
      `UPDATE machines SET last_seen = NOW() - INTERVAL '1 hour' WHERE ephemeral = TRUE AND name = '${name}';`,
    );
    expect(await enforce(system.url)).toEqual(done(0, 1));
    expect(await rows(`machines?org_id=${system.owner.orgId}&name=eq.${name}&select=id,name,status`)).toEqual([]);
    expect(await audits("machine.deleted", row?.id)).toEqual([
      { actor_id: null, metadata: { machine_name: name, reason: "ephemeral_offline" } },
    ]);
    // Who used the key remains known.
    const uses = await system.sql(`SELECT machine_id, outcome FROM auth_key_uses WHERE machine_name = '${name}'`);
    expect(uses.at(-1)).toEqual({ machine_id: null, outcome: "enrolled" });
  });

  test("AK-012 AK-081 an ephemeral machine that only looks silent goes in one run, with its link and its sessions", async () => {
    machine = await aMachine(system);
    const { key } = await system.authKey({ name: "ephemeral-live", ephemeral: true });
    expect((await machine.ztna(["up", "--hostname", "Fleeting"], { ZTNA_AUTH_KEY: key })).status).toBe(0);
    const id = (await system.machines()).find(({ name }) => name === "Fleeting")?.id ?? "";
    const viewer = new FramedPerson(await ticketFor(system, id));
    await viewer.attached;
    await edit("UPDATE machines SET last_seen = NOW() - INTERVAL '31 minutes' WHERE name = 'Fleeting'");
    expect(await enforce(system.url)).toEqual(done(1, 1));
    expect(await viewer.ended).toMatchObject({ closeReason: "the machine was deleted" });
    const ends = await system.sql(
      `SELECT metadata->>'reason' AS reason FROM audit_logs WHERE action = 'session.disconnected' AND resource_id = '${id}'`,
    );
    expect(ends).toEqual([{ reason: "the machine was deleted" }]);
    await system.until(
      async () => (await machine.ztna(["status"])).stdout.includes("refused"),
      "the agent to be sent away",
    );
  });

  describe("AK-013 AK-053 AK-066 X-24 while no CRON_SECRET is configured", () => {
    test("a call without credentials from this machine is good", async () => {
      expect(await enforce(system.url)).toEqual(done(0, 0));
    });

    test.each([
      ["a proxy's header", { "x-forwarded-for": "192.0.2.1" }],
      ["another proxy's header", { forwarded: "for=192.0.2.1" }],
      ["a bad token", bearer("nonsense")],
      ["another scheme", { authorization: "Basic eDp5" }],
      ["a secret that nobody set", { "x-cron-secret": CRON_SECRET }],
    ])("a call with %s is refused", async (_name, headers) => {
      expect(await enforce(system.url, headers)).toEqual(REFUSED);
    });

    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === "IPv4" && !address.internal)?.address;
    test.skipIf(!outside)("a call without credentials from the network is refused, an admin's is not", async () => {
      const there = system.url.replace("127.0.0.1", outside ?? "");
      expect(await enforce(there)).toEqual(REFUSED);
      expect(await enforce(there, asOwner())).toEqual(done(0, 0));
    });

    test("a member's token is refused, an admin's is good", async () => {
      expect(await enforce(system.url, bearer((await system.person("member")).access_token))).toEqual(REFUSED);
      expect(await enforce(system.url, bearer((await system.person("auditor")).access_token))).toEqual(REFUSED);
      expect(await enforce(system.url, bearer((await system.person("admin")).access_token))).toEqual(done(0, 0));
    });

    test("T1.2 an admin's call touches his own organisations only", async () => {
      const tenant = await system.tenant();
      await system.authKey({ name: "of-the-owner" });
      await system.authKey({ name: "of-the-tenant" }, tenant);
      await system.register("of-the-owner");
      await system.register("of-the-tenant", tenant);
      await edit("UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' WHERE name LIKE 'of-the-%'");
      await edit("UPDATE machines SET last_seen = NOW() - INTERVAL '4 minutes' WHERE name LIKE 'of-the-%'");
      expect(await enforce(system.url, bearer(tenant.access_token))).toEqual(done(1, 0));
      const states = () =>
        system.sql("SELECT name, revoked FROM auth_keys WHERE name LIKE 'of-the-%' ORDER BY name") as Promise<
          { name: string; revoked: boolean }[]
        >;
      expect((await states()).map(({ revoked }) => revoked)).toEqual([false, true]);
      expect(await enforce(system.url, asOwner())).toEqual(done(1, 0));
      expect((await states()).map(({ revoked }) => revoked)).toEqual([true, true]);
    });
  });

  test("X-24 whatever else is calling, what was changed before a call is done when it is answered", async () => {
    const calling = new AbortController();
    const others = Array.from({ length: 4 }, async () => {
      while (!calling.signal.aborted) await enforce(system.url, asOwner());
    });
    for (let round = 0; round < 3; round++) {
      await system.authKey({ name: `round-${round}` });
      await edit(`UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' WHERE name = 'round-${round}'`);
      await enforce(system.url, asOwner());
      expect(await keyRow(`round-${round}`)).toMatchObject({ revoked: true });
    }
    calling.abort();
    await Promise.all(others);
    const expired = await system.sql(
      "SELECT count(*)::int AS n FROM audit_logs WHERE action = 'auth_key.expired' AND metadata->>'name' LIKE 'round-%'",
    );
    expect(expired).toEqual([{ n: 3 }]);
  });

  test("R-14 every one of these is in a chain that holds", async () => {
    expect(await system.operate("audit", "verify")).toMatchObject({ status: 0 });
  });
});

describe("AK-013 AK-053 X-24 with a CRON_SECRET", () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ ...(await settings(undefined)), CRON_SECRET });
  });
  afterAll(() => system.stop());

  test.each([
    ["as a bearer token", bearer(CRON_SECRET)],
    ["in X-Cron-Secret", { "x-cron-secret": CRON_SECRET }],
    ["through a proxy", { "x-cron-secret": CRON_SECRET, "x-forwarded-for": "192.0.2.1" }],
  ])("the secret %s is good", async (_, headers) => {
    expect(await enforce(system.url, headers)).toEqual(done(0, 0));
  });

  test.each([
    ["nothing", {}],
    ["another secret", { "x-cron-secret": `${CRON_SECRET}!` }],
    ["a part of it", { "x-cron-secret": CRON_SECRET.slice(0, -1) }],
    ["a bad token", bearer("nonsense")],
  ])("%s is refused, from this machine too", async (_, headers) => {
    expect(await enforce(system.url, headers)).toEqual(REFUSED);
  });

  test("an admin's token is good", async () => {
    expect(await enforce(system.url, bearer(system.owner.access_token))).toEqual(done(0, 0));
  });
});

describe.each(DATABASES)("by itself, every ENFORCE_EXPIRY_SECONDS, on %s", (_, url) => {
  let system: System;
  let databaseUrl: string | undefined;
  beforeAll(async () => {
    const environment = await settings(url);
    databaseUrl = environment.DATABASE_URL;
    system = await System.start({ ...environment, ENFORCE_EXPIRY_SECONDS: "1" });
  });
  afterAll(() => system.stop());

  test("AK-002 AK-009 AK-011 AK-096 keys are revoked and ephemeral machines deleted without a call", async () => {
    const { key } = await system.authKey({ name: "ephemeral", ephemeral: true });
    await system.anonymous().call(machineApi.register, { body: { auth_key: key, name: "gone" } });
    // In this order: a run between the two must not delete the machine before the key is revoked.
    await system.sql("UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' RETURNING id");
    await system.sql("UPDATE machines SET last_seen = NOW() - INTERVAL '1 hour' WHERE name = 'gone' RETURNING id");
    await system.until(async () => (await system.machines()).length === 0, "the machine to be deleted");
    expect(await system.sql("SELECT revoked FROM auth_keys")).toEqual([{ revoked: true }]);
  });

  test("a key that expires soon is warned of once: in the audit log, the log and the metrics", async () => {
    const { id } = await system.authKey({ name: "nearly-over", reusable: true, expiry_days: 3 });
    const warnings = () => system.sql("SELECT resource_id FROM audit_logs WHERE action = 'auth_key.expiring'");
    expect(await warnings()).toEqual([]);
    await system.sql(
      "UPDATE auth_keys SET created_at = NOW() - INTERVAL '4 days' WHERE name = 'nearly-over' RETURNING id",
    );
    const metrics = async () => (await fetch(`${system.url}/metrics`)).text();
    await system.until(
      async () => (await metrics()).includes("sallyport_auth_key_warnings_total 1"),
      "the warning to be counted",
    );
    await system.until(() => system.server.stdout.includes("an auth key expires soon"), "the line of the log");
    expect(await warnings()).toEqual([{ resource_id: id }]);
    // A later run says nothing more: it has seen another key in between.
    await system.authKey({ name: "marker" });
    await system.sql("UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' WHERE name = 'marker' RETURNING id");
    await system.until(async () => {
      const [row] = await system.sql("SELECT revoked FROM auth_keys WHERE name = 'marker'");
      return row?.revoked === true;
    }, "a later run");
    expect(await warnings()).toEqual([{ resource_id: id }]);
  });

  test.skipIf(!url)("a run that another node has under way is left alone; a call waits for it", async () => {
    const other = new pg.Client({ connectionString: databaseUrl });
    await other.connect();
    await other.query("SELECT pg_advisory_lock($1)", [LOCK]);
    // Without work, nobody asks for the lock.
    await system.authKey({ name: "waits" });
    await system.sql("UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' WHERE name = 'waits' RETURNING id");
    const said = system.server.stdout.length;
    await system.until(
      () => system.server.stdout.slice(said).includes("another node is enforcing expiry"),
      "a run to be left out",
    );
    let isAnswered = false;
    const call = enforce(system.url).finally(() => {
      isAnswered = true;
    });
    const waiting = async () => {
      const { rows } = await other.query(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      );
      return rows.length === 1;
    };
    await system.until(waiting, "the call to wait");
    expect(isAnswered).toBe(false);
    await other.query("SELECT pg_advisory_unlock($1)", [LOCK]);
    expect(await call).toEqual(done(0, 0));
    await other.end();
  });
});
