/** Source 01, "Remote shell session initiation": every executable row of the contract, on a real server. */
import { machineAdminApi, organisationApi, type Registration } from "@sallyport/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freshDatabase } from "../harness/postgres.ts";
import { DATABASES, type Person, System } from "../harness/system.ts";

const DOUBLE_UUID =
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

interface Envelope {
  success: boolean;
  data: Record<string, unknown> | null;
  error: { code: string; message: string } | null;
}

describe.each(DATABASES)("on %s", (_, url) => {
  let system: System;
  let machine: Registration;

  beforeAll(async () => {
    system = await System.start(url ? { DATABASE_URL: await freshDatabase(url) } : {});
    machine = await system.register("Linux-C");
  });
  afterAll(() => system.stop());

  const heartbeat = (node_key: string, status?: "offline") =>
    fetch(`${system.url}/api/machine-heartbeat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ node_key, status }),
    });
  // It has no agent that would give signs of life.
  beforeEach(() => heartbeat(machine.node_key));

  /** A request as the documents' curl sends it. */
  async function post(body: unknown, { token = system.owner.access_token }: { token?: string | null } = {}) {
    const response = await fetch(`${system.url}/api/remote-shell`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token !== null && { authorization: `Bearer ${token}` }) },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Envelope };
  }

  const request = (over: Record<string, unknown> = {}) => ({
    action: "create_session",
    org_id: system.owner.orgId,
    machine_id: machine.machine_id,
    ...over,
  });

  test("RS-042 RS-043 RS-044 RS-045 RS-046 RS-047 RS-048 RS-049 RS-050 RS-024 RS-025 RS-100 a session is created", async () => {
    const { status, body } = await post(request());
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: {
        token: expect.stringMatching(DOUBLE_UUID),
        tailnet_ip: machine.tailnet_ip,
        port: 2222,
        machine_name: "Linux-C",
        expires_in: 300,
      },
      error: null,
    });
    expect(machine.tailnet_ip).toMatch(/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/);
  });

  test("RS-022 RS-115 every session has a token of its own, and the database has only its hash", async () => {
    const tokens = await Promise.all([post(request()), post(request())]);
    const texts = tokens.map(({ body }) => String(body.data?.token));
    expect(new Set(texts).size).toBe(2);
    const rows = await system.sql("SELECT token_hash FROM shell_tokens");
    for (const text of texts) expect(JSON.stringify(rows)).not.toContain(text);
  });

  test("RS-055 RS-059 RS-060 RS-061 RS-062 RS-063 RS-016 RS-101 an offline machine gets no token", async () => {
    const offline = await system.register("Linux-D");
    const tokensBefore = await system.sql("SELECT count(*)::int AS n FROM shell_tokens");
    await heartbeat(offline.node_key, "offline");
    const { status, body } = await post(request({ machine_id: offline.machine_id }));
    expect(status).toBe(400);
    expect(body).toEqual({
      success: false,
      data: null,
      error: { code: "MACHINE_OFFLINE", message: "Machine must be online for remote shell" },
    });
    expect(await system.sql("SELECT count(*)::int AS n FROM shell_tokens")).toEqual(tokensBefore);
  });

  test("RS-057 RS-066 X-04 a machine that has been silent for 90 seconds is offline at that moment", async () => {
    const silent = await system.register("Linux-E");
    const at = (seconds: number) =>
      system.sql(
        `UPDATE machines SET status = 'online', last_seen = now() - interval '${seconds} seconds' WHERE id = '${silent.machine_id}' RETURNING id`,
      );
    await at(80);
    expect((await post(request({ machine_id: silent.machine_id }))).status).toBe(200);
    await at(91);
    expect((await post(request({ machine_id: silent.machine_id }))).body.error?.code).toBe("MACHINE_OFFLINE");
  });

  test("RS-058 RS-067 U-MA-02 an administrator forces a machine offline, and no heartbeat undoes it", async () => {
    const forced = await system.register("Linux-F");
    const which = { org_id: system.owner.orgId, machine_id: forced.machine_id };
    const { api } = system.owner;
    expect(await api.act(machineAdminApi, "disable", which)).toMatchObject({ status: "offline" });
    const beat = await heartbeat(forced.node_key);
    expect(((await beat.json()) as Envelope).data).toMatchObject({ status: "offline" });
    expect((await post(request({ machine_id: forced.machine_id }))).body.error?.code).toBe("MACHINE_OFFLINE");
    expect(await api.act(machineAdminApi, "enable", which)).toMatchObject({ status: "online" });
    expect((await post(request({ machine_id: forced.machine_id }))).status).toBe(200);
  });

  test.each([
    ["no Authorization header", null],
    ["a malformed token", "invalid.token.here"],
    ["an empty token", ""],
  ])("RS-068 RS-069 RS-070 RS-072 RS-073 RS-102 %s is UNAUTHORIZED", async (_name, token) => {
    const { status, body } = await post(request(), { token });
    expect(status).toBe(401);
    expect(body).toEqual({ success: false, data: null, error: { code: "UNAUTHORIZED", message: expect.any(String) } });
  });

  test.each([
    ["no action", {}],
    ["no JSON", "not-json"],
    ["nothing", ""],
  ])("RS-013 RS-014 RS-015 RS-074 X-05 without a token, a body with %s is still 401", async (_name, body) => {
    expect((await post(body, { token: null })).status).toBe(401);
  });

  test("RS-081 a token that was valid once is 401 after signing out", async () => {
    const person = await system.person("admin");
    await fetch(`${system.url}/api/auth/logout`, {
      method: "POST",
      headers: { authorization: `Bearer ${person.access_token}` },
    });
    expect((await post(request(), { token: person.access_token })).status).toBe(401);
  });

  test.each([
    ["RS-075", "action"],
    ["RS-076", "org_id"],
    ["RS-077", "machine_id"],
  ])("%s RS-079 RS-103 a missing %s is named", async (_id, field) => {
    for (const absent of [undefined, null, ""]) {
      const { status, body } = await post(request({ [field]: absent }));
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ code: "MISSING_FIELDS", message: `${field} required` });
    }
  });

  test("RS-082 X-06 of several missing fields the first in the order of checks is named", async () => {
    expect((await post({})).body.error?.message).toBe("action required");
    expect((await post({ action: "create_session" })).body.error?.message).toBe("org_id required");
    expect((await post({ action: "create_session", org_id: system.owner.orgId })).body.error?.message).toBe(
      "machine_id required",
    );
  });

  test.each(["not-json", "{", "[]", '"text"', "null", ""])("RS-078 the body %j is INVALID_JSON", async (text) => {
    const { status, body } = await post(text);
    expect(status).toBe(400);
    expect(body.error?.code).toBe("INVALID_JSON");
  });

  test("RS-108 an unknown action is said to be unknown, to an administrator", async () => {
    const { status, body } = await post(request({ action: "open_sesame" }));
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: "UNKNOWN_ACTION", message: "Unknown action: open_sesame" });
    const member = await system.person("member");
    const asMember = await post(request({ action: "open_sesame" }), { token: member.access_token });
    expect(asMember.body.error?.code).toBe("FORBIDDEN");
  });

  test.each([
    ["owner", 200],
    ["admin", 200],
    ["member", 403],
    ["auditor", 403],
  ] as const)("RS-008 RS-039 RS-052 X-51 role %s gets %i", async (role, expected) => {
    const person = role === "owner" ? system.owner : await system.person(role);
    const { status, body } = await post(request(), { token: person.access_token });
    expect(status).toBe(expected);
    if (expected === 403) expect(body.error).toMatchObject({ code: "FORBIDDEN", message: "Admin access required" });
  });

  describe("another organisation", () => {
    let tenant: Person;
    beforeAll(async () => {
      tenant = await system.tenant();
    });

    test("RS-109 a stranger is refused like a member without the role", async () => {
      const { status, body } = await post(request(), { token: tenant.access_token });
      expect([status, body.error?.code, body.error?.message]).toEqual([403, "FORBIDDEN", "Admin access required"]);
    });

    test("RS-009 RS-053 X-01 its machine is not found, and neither is any other unknown one", async () => {
      const theirs = request({ org_id: tenant.orgId });
      for (const machine_id of [
        machine.machine_id,
        "00000000-0000-4000-8000-000000000000",
        "not-a-uuid",
        "' OR 1=1 --",
      ]) {
        const { status, body } = await post({ ...theirs, machine_id }, { token: tenant.access_token });
        expect([status, body.error]).toEqual([
          404,
          expect.objectContaining({ code: "NOT_FOUND", message: "Machine not found" }),
        ]);
      }
    });

    test.each(["free", "starter", "business"] as const)(
      "RS-007 RS-035 RS-051 X-02 X-03 plan %s has no shells",
      async (plan) => {
        await tenant.api.act(organisationApi, "set_plan", { org_id: tenant.orgId, plan });
        const { status, body } = await post(request({ org_id: tenant.orgId }), { token: tenant.access_token });
        expect([status, body.error?.code]).toEqual([403, "FEATURE_NOT_AVAILABLE"]);
      },
    );

    test.each(["workforce", "enterprise"] as const)("RS-007 RS-036 RS-111 plan %s has shells", async (plan) => {
      await tenant.api.act(organisationApi, "set_plan", { org_id: tenant.orgId, plan });
      const { body } = await post(request({ org_id: tenant.orgId }), { token: tenant.access_token });
      expect(body.error?.code).toBe("NOT_FOUND");
    });

    test("RS-116 an organisation that does not exist has no plan", async () => {
      for (const org_id of ["00000000-0000-4000-8000-000000000000", "nonsense"]) {
        expect((await post(request({ org_id }))).body.error?.code).toBe("FEATURE_NOT_AVAILABLE");
      }
    });

    test("X-02 the plan table is read at every request: an edit by SQL counts at once", async () => {
      const switchTo = (on: boolean) =>
        system.sql(
          `UPDATE plan_features SET enabled = ${on} WHERE plan = 'enterprise' AND feature = 'remote_management' RETURNING plan`,
        );
      await switchTo(false);
      expect((await post(request())).body.error?.code).toBe("FEATURE_NOT_AVAILABLE");
      await switchTo(true);
      expect((await post(request())).status).toBe(200);
    });
  });

  test("RS-096 X-16 a machine without a tailnet address gets no token", async () => {
    const bare = await system.register("Linux-G");
    await system.sql(`UPDATE machines SET tailnet_ip = NULL WHERE id = '${bare.machine_id}' RETURNING id`);
    const { status, body } = await post(request({ machine_id: bare.machine_id }));
    expect([status, body.error?.code]).toEqual([400, "NO_TAILNET_IP"]);
  });

  test("RS-011 RS-083 RS-084 RS-085 RS-086 RS-087 RS-088 RS-089 RS-098 RS-117 the session is in the audit log, its token is not", async () => {
    const audited = await system.register("Linux-H");
    const { body } = await post(request({ machine_id: audited.machine_id }));
    const rows = await auditRows(`action=eq.remote.session_created&resource_id=eq.${audited.machine_id}`);
    expect(rows).toEqual([
      expect.objectContaining({
        action: "remote.session_created",
        resource_type: "machine",
        resource_id: audited.machine_id,
        actor_id: system.owner.user.id,
        metadata: { machine_name: "Linux-H", tailnet_ip: body.data?.tailnet_ip },
      }),
    ]);
    expect(JSON.stringify(await auditRows("limit=1000"))).not.toContain(String(body.data?.token));
  });

  test("a refused request leaves no audit row and no token", async () => {
    const refused = await system.register("Linux-I");
    const member = await system.person("member");
    await post(request({ machine_id: refused.machine_id }), { token: member.access_token });
    expect(await auditRows(`action=remote.session_created&resource_id=${refused.machine_id}`)).toEqual([]);
  });

  test("RS-054 RS-029 RS-099 RS-118 machines are listed with their addresses, to members of the organisation", async () => {
    const [row] = (await list(`machines?org_id=${system.owner.orgId}&id=eq.${machine.machine_id}`)).body
      .data as never[];
    expect(row).toMatchObject({
      id: machine.machine_id,
      name: "Linux-C",
      tailnet_ip: machine.tailnet_ip,
      status: "online",
    });
    const tenant = await system.tenant();
    const foreign = await list(`machines?org_id=${system.owner.orgId}`, tenant.access_token);
    expect(foreign).toMatchObject({ status: 200, body: { success: true, data: [], error: null } });
  });

  test("AUDIT_UNAVAILABLE: a full audit table refuses the session and leaves nothing half done", async () => {
    const before = await system.sql("SELECT count(*)::int AS n FROM shell_tokens");
    await system.sql(
      "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100'', MESSAGE = ''disk full''; END'",
    );
    await system.sql(
      "CREATE TRIGGER audit_full BEFORE INSERT ON audit_logs FOR EACH ROW WHEN (NEW.action = 'remote.session_created') EXECUTE FUNCTION disk_full()",
    );
    const { status, body } = await post(request());
    expect([status, body.error?.code]).toEqual([503, "AUDIT_UNAVAILABLE"]);
    await system.sql("DROP TRIGGER audit_full ON audit_logs");
    expect(await system.sql("SELECT count(*)::int AS n FROM shell_tokens")).toEqual(before);
    expect((await post(request())).status).toBe(200);
  });

  test("sallyport audit verify finds every chain intact, and names the row that somebody changed", async () => {
    expect(await system.operate("audit", "verify")).toMatchObject({ status: 0 });
    const [row] = await system.sql(
      `UPDATE audit_logs SET actor_id = gen_random_uuid() WHERE chain = '${system.owner.orgId}' AND seq = 3 RETURNING seq::int AS seq`,
    );
    expect(row).toEqual({ seq: 3 });
    const { status, stdout } = await system.operate("audit", "verify");
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`${system.owner.orgId}: BROKEN at row 3 \\(changed\\)`));
  });

  async function list(path: string, token = system.owner.access_token) {
    const response = await fetch(`${system.url}/api/db/${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: (await response.json()) as { data: unknown } };
  }

  const auditRows = async (filter: string) =>
    (await list(`audit_logs?org_id=${system.owner.orgId}&${filter}`)).body.data;
});
