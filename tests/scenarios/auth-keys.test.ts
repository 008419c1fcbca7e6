/** Source 03: auth keys and registration. The expiry job and its rows come with step 3. */
import { REGISTRATION_FAILURES } from "@sallyport/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshDatabase } from "../harness/postgres.ts";
import { POSTGRES_URL, System } from "../harness/system.ts";

const DAY_MS = 86_400_000;

const databases = [
  ["the embedded database", undefined],
  ["PostgreSQL", POSTGRES_URL],
] as const;

describe.each(databases.filter(([name, url]) => name === "the embedded database" || url))("on %s", (_, url) => {
  let system: System;
  beforeAll(async () => {
    // Failed registrations of one address are limited; each test comes from an address of its own.
    system = await System.start({ TRUST_PROXY: "loopback", ...(url && { DATABASE_URL: await freshDatabase(url) }) });
  });
  afterAll(() => system.stop());

  let address = 0;
  async function post(
    path: string,
    body: unknown,
    { token, from = `192.0.2.${++address}` }: { token?: string; from?: string } = {},
  ) {
    const response = await fetch(`${system.url}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-forwarded-for": from,
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    const { success, data, error } = (await response.json()) as {
      success: boolean;
      data: Record<string, unknown>;
      error: { code: string; message: string };
    };
    return { status: response.status, success, data, error };
  }
  const manage = (body: object, token = system.owner.access_token) =>
    post("/api/key-management", { org_id: system.owner.orgId, ...body }, { token });
  const create = (body: object = {}) => manage({ action: "create_auth_key", name: "a key", ...body });
  const register = (auth_key: unknown, name: unknown = "Linux-C", from?: string) =>
    post("/api/register-machine", { auth_key, name }, from === undefined ? {} : { from });
  const rows = async (query: string) => {
    const response = await fetch(`${system.url}/api/db/${query}`, {
      headers: { authorization: `Bearer ${system.owner.access_token}` },
    });
    return ((await response.json()) as { data: Record<string, unknown>[] }).data;
  };
  const lifetimeMs = (row: Record<string, unknown> | undefined) =>
    Date.parse(String(row?.expires_at)) - Date.parse(String(row?.created_at));

  test("AK-018 AK-019 AK-020 AK-021 AK-022 AK-023 AK-024 AK-025 AK-073 AK-016 expiry_days is kept", async () => {
    const { status, data } = await create({ name: "expiry-test-7d", reusable: true, expiry_days: 7 });
    expect(status).toBe(201);
    const [row] = await rows(
      `auth_keys?org_id=${system.owner.orgId}&id=eq.${data.id}&select=id,name,expires_at,created_at`,
    );
    expect(row).toEqual({
      id: data.id,
      name: "expiry-test-7d",
      expires_at: expect.any(String),
      created_at: expect.any(String),
    });
    expect(lifetimeMs(row)).toBe(7 * DAY_MS);
  });

  test("AK-015 AK-028 AK-029 AK-030 AK-031 AK-032 AK-033 AK-074 the default is 90 days", async () => {
    const { data } = await create({ name: "default-expiry-key" });
    expect(data.expiry_days).toBe(90);
    const [row] = await rows(
      `auth_keys?org_id=${system.owner.orgId}&name=eq.default-expiry-key&select=name,expires_at,created_at`,
    );
    expect(lifetimeMs(row)).toBe(90 * DAY_MS);
  });

  test.each([0, 366, -1, 1.5, "7", null])("AK-014 AK-085 U-AK-03 expiry_days %j is refused", async (expiry_days) => {
    const { status, error } = await create({ expiry_days });
    expect([status, error.message]).toEqual([400, "expiry_days must be an integer between 1 and 365"]);
  });

  test("AK-035 AK-036 AK-086 H17 the key is shown once, and the database keeps only its hash", async () => {
    const { data } = await create({ name: "shown-once" });
    expect(data.key).toMatch(/^tskey-auth-[0-9a-f]{64}$/);
    const stored = JSON.stringify(await system.sql("SELECT * FROM auth_keys"));
    expect(stored).not.toContain(String(data.key).slice("tskey-auth-".length));
    expect(JSON.stringify(await rows(`auth_keys?org_id=${system.owner.orgId}`))).not.toContain("key_hash");
  });

  test("AK-091 U-AK-03 only owners and admins make keys", async () => {
    const member = await system.person("member");
    const { status, error } = await manage({ action: "create_auth_key", name: "n" }, member.access_token);
    expect([status, error.code]).toEqual([403, "FORBIDDEN"]);
  });

  test("AK-034 AK-037 AK-041 AK-042 AK-043 AK-005 AK-006 AK-075 an expired key enrols nothing, as soon as it has expired", async () => {
    const { data } = await create({ name: "expires-soon-key", reusable: true, expiry_days: 1 });
    expect((await register(data.key, "before")).status).toBe(200);
    await system.operate(
      "db",
      "query",
      "UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' WHERE name = 'expires-soon-key';",
    );
    const { status, success, error } = await register(data.key, "after");
    expect([status, success, error]).toEqual([
      401,
      false,
      expect.objectContaining({ code: "INVALID_KEY", message: "Invalid or expired auth key" }),
    ]);
    expect(await rows(`machines?org_id=${system.owner.orgId}&name=eq.after`)).toEqual([]);
  });

  test("AK-078 a key that expires at this very moment is not usable", async () => {
    const { data } = await create({ name: "boundary" });
    await system.sql("UPDATE auth_keys SET expires_at = now() WHERE name = 'boundary' RETURNING id");
    expect((await register(data.key)).error.code).toBe("INVALID_KEY");
  });

  test.each([
    ["unknown", `tskey-auth-${"0".repeat(64)}`],
    ["without the prefix", "0".repeat(64)],
    ["of another kind", "gk_something"],
    ["an injection", "tskey-auth-' OR '1'='1"],
  ])("AK-004 a key that is %s is INVALID_KEY", async (_name, key) => {
    const { status, error } = await register(key);
    expect([status, error.code]).toEqual([401, "INVALID_KEY"]);
  });

  test("AK-004 U-AK-05 a revoked key enrols nothing, and what it enrolled is in quarantine", async () => {
    const { data } = await create({ name: "to-revoke", reusable: true });
    const enrolled = await register(data.key, "enrolled");
    const revoked = await manage({ action: "revoke_auth_key", key_id: data.id });
    expect(revoked.data).toEqual({ revoked: data.id, machines_quarantined: 1 });
    expect((await register(data.key)).error.code).toBe("INVALID_KEY");
    const [row] = await rows(`machines?org_id=${system.owner.orgId}&id=${enrolled.data.machine_id}`);
    expect(row).toMatchObject({ status: "quarantined" });
    const beat = await post("/api/machine-heartbeat", { node_key: enrolled.data.node_key });
    expect(beat.data).toMatchObject({ status: "quarantined" });
  });

  test("AK-087 AK-088 U-AK-13 a registration answers with everything a machine needs", async () => {
    const { data: key } = await create();
    const { status, data } = await register(key.key, "Linux-C");
    expect(status).toBe(200);
    expect(data).toMatchObject({
      machine_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      org_id: system.owner.orgId,
      name: "Linux-C",
      tailnet_ip: expect.stringMatching(/^100\.\d+\.\d+\.\d+$/),
      node_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      machine_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: "online",
    });
    const stored = JSON.stringify(await system.sql("SELECT * FROM machines"));
    expect(stored).not.toContain(data.node_key);
    expect(stored).not.toContain(data.machine_secret);
  });

  test("AK-094 U-AK-07 a single-use key works once", async () => {
    const { data } = await create({ reusable: false });
    expect((await register(data.key)).status).toBe(200);
    const { status, error } = await register(data.key);
    expect([status, error.code, error.message]).toEqual([401, "KEY_USED", "Auth key already used"]);
  });

  test("R-17 T3.5 of 50 registrations at once, a single-use key admits exactly one", async () => {
    const { data } = await create({ name: "raced" });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => register(data.key, `raced-${n}`)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const { status, error } of answers) if (status !== 200) expect(error.code).toBe("KEY_USED");
    const machines = await system.sql("SELECT count(*)::int AS n FROM machines WHERE name LIKE 'raced-%'");
    expect(machines).toEqual([{ n: 1 }]);
  });

  test("AK-071 a machine is ephemeral exactly when its key is", async () => {
    const { data } = await create({ name: "ephemeral-cleanup-key", ephemeral: true, reusable: true, expiry_days: 7 });
    const { data: machine } = await register(data.key, "short-lived");
    const [row] = await rows(
      `machines?org_id=${system.owner.orgId}&ephemeral=eq.true&select=id,name,status,ephemeral,last_seen`,
    );
    expect(row).toMatchObject({ id: machine.machine_id, name: "short-lived", ephemeral: true });
  });

  test("AK-098 R-23 the same name is another machine; the same device is the same machine with new keys", async () => {
    const { data } = await create({ reusable: true, name: "twins" });
    const enrol = (device_secret?: string) =>
      post("/api/register-machine", { auth_key: data.key, name: "twin", ...(device_secret && { device_secret }) });
    const [first, second] = [await enrol(), await enrol()];
    expect(first.data.machine_id).not.toBe(second.data.machine_id);
    expect(first.data.tailnet_ip).not.toBe(second.data.tailnet_ip);
    const device = "ab".repeat(32);
    const [before, after] = [await enrol(device), await enrol(device)];
    expect(after.data).toMatchObject({ machine_id: before.data.machine_id, tailnet_ip: before.data.tailnet_ip });
    expect(after.data.node_key).not.toBe(before.data.node_key);
    expect((await post("/api/machine-heartbeat", { node_key: before.data.node_key })).error.code).toBe(
      "INVALID_NODE_KEY",
    );
  });

  test("U-AK-16 missing fields are named, bad names refused", async () => {
    const { data } = await create();
    expect((await post("/api/register-machine", {})).error.message).toBe("auth_key required");
    expect((await post("/api/register-machine", { auth_key: data.key })).error.message).toBe("name required");
    for (const name of ["a\nb", "x".repeat(200), "\u001b]0;title\u0007"]) {
      expect((await register(data.key, name)).error.code).toBe("INVALID_INPUT");
    }
    // None of these used the key up.
    expect((await register(data.key, "fine")).status).toBe(200);
  });

  test("AK-044 T3.6 after ten failures an address has to wait, even with a good key; another address does not", async () => {
    const from = "198.51.100.7";
    for (let n = 0; n < REGISTRATION_FAILURES.count; n++) {
      expect((await register("tskey-auth-wrong", "guesser", from)).status).toBe(401);
    }
    const { data } = await create();
    const { status, error } = await register(data.key, "guesser", from);
    expect([status, error.code]).toEqual([429, "RATE_LIMITED"]);
    expect((await register(data.key, "neighbour", "198.51.100.8")).status).toBe(200);
  });

  test("a fleet that starts at once is not held up", async () => {
    const { data } = await create({ reusable: true, name: "fleet" });
    const from = "203.0.113.1";
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => register(data.key, `fleet-${n}`, from)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(new Set(answers.map(({ data: machine }) => machine.tailnet_ip)).size).toBe(40);
  });

  test("T1.2 a key of another organisation cannot be revoked", async () => {
    const { data } = await create();
    const tenant = await system.tenant();
    const { status, error } = await post(
      "/api/key-management",
      { action: "revoke_auth_key", org_id: tenant.orgId, key_id: data.id },
      { token: tenant.access_token },
    );
    expect([status, error.code]).toEqual([404, "NOT_FOUND"]);
    expect((await register(data.key)).status).toBe(200);
  });
});
