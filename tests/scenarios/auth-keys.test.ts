/** Source 03: auth keys and registration. What becomes of them when their time is over is in key-expiry.test.ts. */
import { REGISTRATION_FAILURES } from "@sallyport/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshDatabase } from "../harness/postgres.ts";
import { runProgram, temporaryFolder } from "../harness/programs.ts";
import { DATABASES, System } from "../harness/system.ts";

const DAY_MS = 86_400_000;

describe.each(DATABASES)("on %s", (_, url) => {
  let system: System;
  beforeAll(async () => {
    // Failed registrations of one address are limited; each test comes from an address of its own.
    system = await System.start({
      TRUST_PROXY: "loopback",
      ENFORCE_EXPIRY_SECONDS: "0",
      ...(url && { DATABASE_URL: await freshDatabase(url) }),
    });
  });
  afterAll(() => system.stop());

  let addresses = 0;
  const nextAddress = () => `198.18.${++addresses >> 8}.${addresses & 255}`;
  async function post(
    path: string,
    body: unknown,
    { token, from = nextAddress() }: { token?: string; from?: string } = {},
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

  test("AK-016 AK-018 AK-019 AK-020 AK-021 AK-022 AK-023 AK-024 AK-025 AK-026 AK-045 AK-073 AK-089 expiry_days is kept", async () => {
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

  test("AK-001 AK-027 no key is without an expiry, not even by SQL", async () => {
    await create({ name: "for-ever" });
    const { status, stderr } = await system.operate(
      "db",
      "query",
      "UPDATE auth_keys SET expires_at = NULL WHERE name = 'for-ever'",
    );
    expect([status, stderr]).toEqual([2, expect.stringContaining("not-null constraint")]);
  });

  test.each([0, 366, -1, 1.5, "7", null])("AK-014 AK-085 U-AK-03 expiry_days %j is refused", async (expiry_days) => {
    const { status, error } = await create({ expiry_days });
    expect([status, error.message]).toEqual([400, "expiry_days must be an integer between 1 and 365"]);
  });

  test("AK-035 AK-036 AK-086 AK-093 H17 the key is shown once, and the database keeps only its hash", async () => {
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

  const enrol = (auth_key: unknown, body: object = {}, from?: string) =>
    post("/api/register-machine", { auth_key, name: "bound", ...body }, from === undefined ? {} : { from });

  test("which machines a key's revocation would quarantine can be asked: those that it enrolled last", async () => {
    const { data: first } = await create({ reusable: true, name: "first" });
    const { data: second } = await create({ name: "second" });
    const stays = await enrol(first.key, { name: "stays" });
    const device = { name: "moves", device_secret: "9a".repeat(32) };
    const moves = await enrol(first.key, device);
    await enrol(second.key, device);
    const of = async (key: Record<string, unknown>) =>
      (await rows(`machines?org_id=${system.owner.orgId}&auth_key_id=eq.${key.id}&select=id,status`)) as unknown;
    expect(await of(first)).toEqual([{ id: stays.data.machine_id, status: "online" }]);
    expect(await of(second)).toEqual([{ id: moves.data.machine_id, status: "online" }]);
    expect((await manage({ action: "revoke_auth_key", key_id: first.id })).data).toMatchObject({
      machines_quarantined: 1,
    });
    expect(await of(first)).toEqual([{ id: stays.data.machine_id, status: "quarantined" }]);
  });

  test.each([1, 3])("max_uses %i is good for so many registrations, whatever reusable says", async (max_uses) => {
    const { data } = await create({ max_uses });
    expect(data).toMatchObject({ max_uses, reusable: max_uses > 1 });
    const row = async () =>
      (await system.sql(`SELECT reusable, used_count, max_uses FROM auth_keys WHERE id = '${data.id}'`))[0];
    expect(await row()).toEqual({ reusable: max_uses > 1, used_count: 0, max_uses });
    for (let use = 0; use < max_uses; use++) expect((await register(data.key)).status).toBe(200);
    const { status, error } = await register(data.key);
    expect([status, error.code, error.message]).toEqual([401, "KEY_USED", "Auth key already used"]);
    expect(await row()).toMatchObject({ used_count: max_uses });
  });

  test.each([0, -1, 1.5, 1_000_001, "3"])("max_uses %j is refused", async (max_uses) => {
    const { status, error } = await create({ max_uses });
    expect([status, error.code]).toEqual([400, "INVALID_INPUT"]);
  });

  test.each([1, 7])(
    "R-17 T3.5 of 100 registrations at once, a key for %i uses admits exactly so many",
    async (uses) => {
      const { data } = await create({ name: "raced", max_uses: uses });
      const names = Array.from({ length: 100 }, (_, n) => `race-${uses}-${n}`);
      const answers = await Promise.all(names.map((name) => register(data.key, name)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(uses);
      for (const { status, error } of answers) if (status !== 200) expect(error.code).toBe("KEY_USED");
      const counts = await system.sql(
        `SELECT (SELECT count(*)::int FROM machines WHERE auth_key_id = '${data.id}') AS machines,
              (SELECT count(*)::int FROM auth_key_uses WHERE auth_key_id = '${data.id}') AS uses,
              (SELECT used_count FROM auth_keys WHERE id = '${data.id}') AS counted`,
      );
      expect(counts).toEqual([{ machines: uses, uses, counted: uses }]);
    },
  );

  test("R-17 a machine that registers while its key is revoked is refused or in quarantine", async () => {
    for (let round = 0; round < 30; round++) {
      const { data } = await create({ name: "contested", reusable: true });
      let enrolled = 0;
      const registerUntilRefused = async () => {
        for (;;) {
          const { status, error } = await register(data.key, "contested");
          if (status !== 200) return error.code;
          enrolled += 1;
        }
      };
      expect((await register(data.key, "contested")).status).toBe(200);
      const registrations = Array.from({ length: 4 }, registerUntilRefused);
      const revoked = await manage({ action: "revoke_auth_key", key_id: data.id });
      expect(new Set(await Promise.all(registrations))).toEqual(new Set(["INVALID_KEY"]));
      expect(revoked.data).toEqual({ revoked: data.id, machines_quarantined: enrolled + 1 });
    }
    const free = await system.sql(
      "SELECT count(*)::int AS n FROM machines WHERE name = 'contested' AND status <> 'quarantined'",
    );
    expect(free).toEqual([{ n: 0 }]);
  });

  test("U-AK-05 a used-up or expired key can be revoked, too; revoked_at is when it first was", async () => {
    const { data } = await create({ name: "used", reusable: false });
    await register(data.key, "by a used key");
    const at = async () => (await system.sql(`SELECT revoked_at FROM auth_keys WHERE id = '${data.id}'`))[0];
    expect(await at()).toEqual({ revoked_at: null });
    await system.sql(
      `UPDATE auth_keys SET expires_at = NOW() - INTERVAL '1 hour' WHERE id = '${data.id}' RETURNING id`,
    );
    const revoke = () => manage({ action: "revoke_auth_key", key_id: data.id });
    expect((await revoke()).data).toMatchObject({ machines_quarantined: 1 });
    const first = await at();
    expect(Date.parse(String(first?.revoked_at))).not.toBeNaN();
    expect((await revoke()).data).toMatchObject({ machines_quarantined: 0 });
    expect(await at()).toEqual(first);
  });

  test("U-AK-04 a machine gets the tags of its key, or those of them that it asks for", async () => {
    const { data } = await create({ reusable: true, allowed_tags: ["tag:Web", "prod", "web"] });
    expect(data.allowed_tags).toEqual(["prod", "web"]);
    const tagsOf = async (machine: Record<string, unknown>) =>
      (await rows(`machines?org_id=${system.owner.orgId}&id=${machine.machine_id}&select=tags`))[0]?.tags;
    expect(await tagsOf((await enrol(data.key)).data)).toEqual(["prod", "web"]);
    expect(await tagsOf((await enrol(data.key, { tags: ["tag:WEB"] })).data)).toEqual(["web"]);
    const { status, error } = await enrol(data.key, { tags: ["web", "db"] });
    expect([status, error.code, error.message]).toEqual([
      403,
      "TAG_NOT_ALLOWED",
      "The auth key does not allow the tag db",
    ]);
    const device = { device_secret: "cd".repeat(32) };
    const before = await enrol(data.key, device);
    const { data: other } = await create({ allowed_tags: ["db"] });
    const after = await enrol(other.key, device);
    expect(after.data.machine_id).toBe(before.data.machine_id);
    expect(await tagsOf(after.data)).toEqual(["db"]);
  });

  test("ztna up --tag, or ZTNA_TAGS, chooses among the tags of the key", async () => {
    const { data } = await create({ reusable: true, allowed_tags: ["web", "prod", "eu"] });
    const folder = await temporaryFolder();
    const env = { HOME: folder.path, ZTNA_CONTROL_URL: system.url, ZTNA_AUTH_KEY: String(data.key) };
    const up = (args: string[], more: Record<string, string> = {}) =>
      runProgram("ztna", ["up", "--hostname", "tagged", ...args], { ...env, ...more });
    const tags = async () => (await system.machines()).find(({ name }) => name === "tagged")?.tags;
    const refused = await up(["--tag", "db"]);
    expect(refused.stderr).toContain("TAG_NOT_ALLOWED: The auth key does not allow the tag db");
    expect(refused.status).toBe(254);
    expect((await up(["--tag", "web", "--tag", "prod"], { ZTNA_TAGS: "eu" })).status).toBe(0);
    expect(await tags()).toEqual(["prod", "web"]);
    expect((await up(["--tag", "eu"])).stderr).toContain("Keeping the present registration");
    await runProgram("ztna", ["logout"], env);
    expect((await up([], { ZTNA_TAGS: "eu, tag:web" })).status).toBe(0);
    expect(await tags()).toEqual(["eu", "web"]);
    await runProgram("ztna", ["down"], env);
    await folder.remove();
  });

  test("T2.3 a key without tags gives none, and a refusal does not use it up", async () => {
    const { data } = await create();
    expect((await enrol(data.key, { tags: ["web"] })).error.code).toBe("TAG_NOT_ALLOWED");
    expect((await enrol(data.key)).status).toBe(200);
  });

  test("U-AK-16 T3.7 a key that is bound to addresses is good from there only, and a refusal does not use it up", async () => {
    const { data } = await create({ allowed_cidrs: ["203.0.113.9", "198.51.100.7/24", "2001:db8::/32"] });
    expect(data.allowed_cidrs).toEqual(["203.0.113.9/32", "198.51.100.0/24", "2001:db8::/32"]);
    const { status, error } = await enrol(data.key, {}, "203.0.113.10");
    expect([status, error.code, error.message]).toEqual([
      403,
      "IP_NOT_ALLOWED",
      "Registration not allowed from this IP address",
    ]);
    expect((await enrol(data.key, {}, "2001:db9::1")).error.code).toBe("IP_NOT_ALLOWED");
    const [row] = await rows(`auth_keys?org_id=${system.owner.orgId}&id=${data.id}&select=used_count`);
    expect(row).toEqual({ used_count: 0 });
    expect((await enrol(data.key, {}, "::ffff:198.51.100.200")).status).toBe(200);
    // An expired key says nothing about where it would have been good.
    expect((await enrol(data.key, {}, "203.0.113.10")).error.code).toBe("KEY_USED");
  });

  test.each(["10.0.0.0/33", "example.com", "10.1"])("allowed_cidrs with %s is refused, by name", async (cidr) => {
    const { status, error } = await create({ allowed_cidrs: ["10.0.0.0/8", cidr] });
    expect([status, error.code, error.message]).toEqual([
      400,
      "INVALID_INPUT",
      `allowed_cidrs: "${cidr}" is neither an address nor a subnet`,
    ]);
  });

  test("AK-102 U-AK-08 what a key was made for is in the audit log, and who used it is kept", async () => {
    const { data } = await create({
      name: "for-history",
      ephemeral: true,
      max_uses: 5,
      expiry_days: 9,
      allowed_tags: ["web"],
      allowed_cidrs: ["203.0.113.0/24"],
    });
    const device = { name: "history", device_secret: "ef".repeat(32) };
    for (const last of [1, 2]) expect((await enrol(data.key, device, `203.0.113.${last}`)).status).toBe(200);
    const [audit] = await system.sql(
      `SELECT metadata FROM audit_logs WHERE action = 'auth_key.created' AND resource_id = '${data.id}'`,
    );
    expect(audit?.metadata).toEqual({
      name: "for-history",
      reusable: true,
      ephemeral: true,
      expiry_days: 9,
      max_uses: 5,
      allowed_tags: ["web"],
      allowed_cidrs: ["203.0.113.0/24"],
    });
    const uses = await system.sql(
      `SELECT machine_name, outcome, ip_address FROM auth_key_uses WHERE auth_key_id = '${data.id}' ORDER BY created_at`,
    );
    expect(uses).toEqual([
      { machine_name: "history", outcome: "enrolled", ip_address: "203.0.113.1" },
      { machine_name: "history", outcome: "reenrolled", ip_address: "203.0.113.2" },
    ]);
  });

  test("the operator makes, lists and revokes keys on the server's machine", async () => {
    const terms = ["--max-uses", "2", "--ephemeral", "--expiry-days", "5", "--tag", "ci", "--tag", "eu"];
    const made = await system.operate("auth-key", "create", ...terms, "--cidr", "203.0.113.0/24", "by-hand");
    expect(made.status).toBe(0);
    const { data: machine } = await enrol(made.stdout.trim(), { tags: ["eu"] }, "203.0.113.5");
    const listed = JSON.parse((await system.operate("auth-key", "list", "--json")).stdout) as {
      name: string;
      id: string;
    }[];
    const key = listed.find(({ name }) => name === "by-hand");
    expect(key).toMatchObject({
      used_count: 1,
      max_uses: 2,
      ephemeral: true,
      revoked: false,
      allowed_tags: ["ci", "eu"],
      allowed_cidrs: ["203.0.113.0/24"],
    });
    expect((await system.operate("auth-key", "list")).stdout).toContain("by-hand");
    const revoked = await system.operate("auth-key", "revoke", key?.id ?? "");
    expect([revoked.status, revoked.stderr]).toEqual([0, "Revoked; 1 machine is in quarantine.\n"]);
    const beat = await post("/api/machine-heartbeat", { node_key: machine.node_key });
    expect(beat.data).toMatchObject({ status: "quarantined" });
    const refused = await system.operate("auth-key", "create", "wrong", "--cidr", "10.0.0.0/40");
    expect(refused.stderr).toContain('"10.0.0.0/40" is neither an address nor a subnet');
    expect(refused.status).toBe(2);
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
