/** `/api/db/:table`: the documents' calls, and everything that T1 of the threat model tries against it. */
import { randomUUID } from "node:crypto";
import { DB_ROWS, DB_TABLES, DB_WRITE_ROWS, ERRORS } from "@sallyport/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshDatabase } from "../harness/postgres.ts";
import { DATABASES, type Person, System } from "../harness/system.ts";

type Row = Record<string, unknown>;
interface Answer {
  status: number;
  text: string;
  data: unknown;
  code: string | undefined;
}
interface Request {
  body?: unknown;
  headers?: Record<string, string>;
}

describe.each(DATABASES)("on %s", (_, url) => {
  let system: System;
  let owner: Person;
  let admin: Person;
  let member: Person;
  let auditor: Person;
  /** Somebody with an organisation of his own: everything of his is what the others must not see. */
  let tenant: Person;
  const ofTenant: Record<string, Row[]> = {};

  async function call(
    who: Person | undefined,
    method: string,
    path: string,
    { body, headers }: Request = {},
  ): Promise<Answer> {
    const response = await fetch(`${system.url}/api/db/${path}`, {
      method,
      headers: {
        ...(who && { authorization: `Bearer ${who.access_token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const { data, error } = JSON.parse(text) as { data: unknown; error: { code: string } | null };
    return { status: response.status, text, data, code: error?.code };
  }
  const get = (path: string, who = owner) => call(who, "GET", path);
  const rows = async (path: string, who = owner) => (await get(path, who)).data as Row[];
  const RULE = { action: "deny", source: "Win-A", destination: "Win-B" };
  async function rule(values: object = {}, who = owner): Promise<Row> {
    const answer = await call(who, "POST", "acl_rules", { body: { org_id: who.orgId, ...RULE, ...values } });
    expect(answer.status).toBe(200);
    return answer.data as Row;
  }
  const desktop = (org: string, machine: string, viewer: string) =>
    system.sql(
      `INSERT INTO remote_desktop_sessions
         (org_id, machine_id, viewer_user_id, session_type, consent_required, sign_in_id, sdp_offer)
       VALUES ('${org}', '${machine}', '${viewer}', 'peer', true, gen_random_uuid(), 'secret sdp') RETURNING id`,
    );

  beforeAll(async () => {
    // The machines have no agents that would give signs of life.
    const settings = { HEARTBEAT_TIMEOUT_SECONDS: "600" };
    system = await System.start({ ...settings, ...(url && { DATABASE_URL: await freshDatabase(url) }) });
    owner = system.owner;
    [admin, member, auditor, tenant] = [
      await system.person("admin"),
      await system.person("member"),
      await system.person("auditor"),
      await system.tenant(),
    ];
    const ours = await system.register("Win-A");
    const theirs = await system.register("Theirs", tenant);
    await desktop(owner.orgId, ours.machine_id, member.user.id);
    await desktop(owner.orgId, ours.machine_id, admin.user.id);
    await desktop(tenant.orgId, theirs.machine_id, tenant.user.id);
    await system.sql(
      `INSERT INTO auth_key_uses (org_id, auth_key_id, machine_name, outcome)
       SELECT org_id, id, 'm', 'enrolled' FROM auth_keys RETURNING id`,
    );
    await rule({ name: "ours" });
    await rule({ name: "theirs" }, tenant);
    // Nobody is signed in so, which is noticed, and ends them.
    const isOver = async () =>
      (await system.sql("SELECT 1 FROM remote_desktop_sessions WHERE ended_at IS NULL")).length === 0;
    await system.until(isOver, "the desktops' ends");
    for (const table of DB_TABLES) {
      ofTenant[table] = await rows(`${table}?org_id=${tenant.orgId}`, tenant);
      expect(ofTenant[table].length, table).toBeGreaterThan(0);
    }
  });
  afterAll(() => system.stop());

  describe("the documents' calls", () => {
    test("RD-041 RD-042 RD-132 RD-133 RD-136 X-11 X-21 the sessions of an organisation that is not his are an empty list", async () => {
      const { status, data } = await get(`remote_desktop_sessions?org_id=eq.${tenant.orgId}`);
      expect([status, data]).toEqual([200, []]);
    });

    test("RD-058 RD-059 RD-070 RD-134 RD-137 RD-138 X-12 a rule without a name and with a description is made, and answered as a whole", async () => {
      const values = { ...RULE, protocol: "*", priority: 1, description: "ACL test — deny Win-A to Win-B" };
      const { status, data } = await call(owner, "POST", "acl_rules", { body: { org_id: owner.orgId, ...values } });
      expect(status).toBe(200);
      expect(data).toEqual({
        ...values,
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        org_id: owner.orgId,
        name: null,
        enabled: true,
        created_by: owner.user.id,
        created_at: expect.any(String),
        updated_at: expect.any(String),
      });
      expect(await rows(`acl_rules?org_id=eq.${owner.orgId}&id=eq.${(data as Row).id}`)).toEqual([data]);
    });

    test("RD-064 RD-065 RD-135 X-12 a rule is deleted by a body with its id alone", async () => {
      const { id } = await rule();
      const { status, data } = await call(owner, "DELETE", "acl_rules", { body: { id } });
      expect([status, data]).toEqual([200, { changes: 1 }]);
      expect(await rows(`acl_rules?org_id=${owner.orgId}&id=${id}`)).toEqual([]);
      expect((await call(owner, "DELETE", "acl_rules", { body: { id } })).code).toBe("NOT_FOUND");
    });

    test("U-DB-05 U-DB-06 rules are changed and deleted by query and by _filters", async () => {
      const [one, two] = [await rule({ name: "one" }), await rule({ name: "two" })];
      const byQuery = await call(owner, "PATCH", `acl_rules?org_id=eq.${owner.orgId}&id=eq.${one.id}`, {
        body: { priority: 7 },
      });
      const byBody = await call(admin, "PATCH", "acl_rules", {
        body: { _filters: { org_id: owner.orgId, id: two.id }, enabled: false, source: "tag:web" },
      });
      expect([byQuery.data, byBody.data]).toEqual([{ changes: 1 }, { changes: 1 }]);
      const [changed] = await rows(`acl_rules?org_id=${owner.orgId}&id=${one.id}`);
      expect(changed).toEqual({ ...one, priority: 7, updated_at: expect.any(String) });
      expect(Date.parse(String(changed?.updated_at))).toBeGreaterThanOrEqual(Date.parse(String(one.updated_at)));
      expect(await rows(`acl_rules?org_id=${owner.orgId}&id=${two.id}&select=enabled,source`)).toEqual([
        { enabled: false, source: "tag:web" },
      ]);
      const gone = await call(owner, "DELETE", `acl_rules?org_id=${owner.orgId}&id=eq.${one.id}`, { body: {} });
      const listed = [{ column: "id", op: "eq", value: two.id }];
      const alsoGone = await call(owner, "DELETE", `acl_rules?org_id=${owner.orgId}`, { body: { _filters: listed } });
      const without = await call(owner, "DELETE", `acl_rules?org_id=${owner.orgId}&id=${randomUUID()}`);
      expect([gone.data, alsoGone.data, without.data]).toEqual([{ changes: 1 }, { changes: 1 }, { changes: 0 }]);
    });

    test("U-DB-09 every write has its audit row, with what was before and after", async () => {
      const made = await rule({ name: "audited" });
      const where = `acl_rules?org_id=${owner.orgId}&id=${made.id}`;
      await call(admin, "PATCH", where, { body: { name: "changed" } });
      const [changed] = await rows(where);
      await call(owner, "DELETE", where);
      const events = await rows(
        `audit_logs?org_id=${owner.orgId}&resource_type=acl_rules&resource_id=${made.id}&order=seq&select=action,actor_id,metadata`,
      );
      expect(events).toEqual([
        { action: "acl_rules.created", actor_id: owner.user.id, metadata: { before: null, after: made } },
        { action: "acl_rules.updated", actor_id: admin.user.id, metadata: { before: made, after: changed } },
        { action: "acl_rules.deleted", actor_id: owner.user.id, metadata: { before: changed, after: null } },
      ]);
      const { stdout, status } = await system.operate("audit", "verify");
      expect([status, stdout]).toEqual([0, expect.any(String)]);
    });

    test("pages, orders, columns and lists are asked for in the query", async () => {
      await Promise.all(["p1", "p2", "p3"].map((name) => rule({ name, description: "paged", priority: 50 })));
      const paged = `acl_rules?org_id=${owner.orgId}&description=paged&select=name`;
      expect(await rows(`${paged}&order=name.desc&limit=2`)).toEqual([{ name: "p3" }, { name: "p2" }]);
      expect(await rows(`${paged}&order=name&ascending=false&limit=2&offset=2`)).toEqual([{ name: "p1" }]);
      await system.sql("UPDATE machines SET tags = '{web,db}' WHERE name = 'Win-A' RETURNING id");
      expect(await rows(`machines?org_id=${owner.orgId}&tags=web&select=name`)).toEqual([{ name: "Win-A" }]);
      expect(await rows(`machines?org_id=${owner.orgId}&tags=eq.we&select=name`)).toEqual([]);
    });
  });

  describe("T1.10 what a role may", () => {
    const READERS: Record<string, string[]> = {
      machines: ["owner", "admin", "auditor", "member"],
      auth_keys: ["owner", "admin"],
      auth_key_uses: ["owner", "admin", "auditor"],
      acl_rules: ["owner", "admin", "auditor", "member"],
      org_members: ["owner", "admin", "auditor", "member"],
      remote_desktop_sessions: ["owner", "admin", "auditor", "member"],
      audit_logs: ["owner", "admin", "auditor"],
    };
    test.each(DB_TABLES)("%s is read by those who may, and shows no hash to any of them", async (table) => {
      for (const [role, person] of Object.entries({ owner, admin, auditor, member })) {
        const { status, text } = await get(`${table}?org_id=${owner.orgId}`, person);
        expect([role, status]).toEqual([role, READERS[table]?.includes(role) ? 200 : 403]);
        expect(text).not.toMatch(/key_hash|node_key|device_hash|sdp_|secret/);
      }
    });

    test("a member sees his own desktop sessions, and no filter shows him another's", async () => {
      const all = `remote_desktop_sessions?org_id=${owner.orgId}&select=viewer_user_id`;
      const [his, hers] = [{ viewer_user_id: member.user.id }, { viewer_user_id: admin.user.id }];
      expect(await rows(all, member)).toEqual([his]);
      expect(await rows(`${all}&viewer_user_id=${admin.user.id}`, member)).toEqual([]);
      for (const person of [owner, admin, auditor]) {
        expect(await rows(all, person)).toEqual(expect.arrayContaining([his, hers]));
      }
    });

    test("rules are written by owners and admins", async () => {
      const { id } = await rule();
      for (const person of [member, auditor]) {
        const answers = [
          await call(person, "POST", "acl_rules", { body: { org_id: owner.orgId, ...RULE } }),
          await call(person, "PATCH", `acl_rules?org_id=${owner.orgId}&id=${id}`, { body: { priority: 1 } }),
          await call(person, "DELETE", `acl_rules?org_id=${owner.orgId}&id=${id}`),
          await call(person, "DELETE", "acl_rules", { body: { id } }),
        ];
        expect(answers.map(({ status, code }) => [status, code])).toEqual(Array(4).fill([403, "FORBIDDEN"]));
      }
      expect(await rows(`acl_rules?org_id=${owner.orgId}&id=${id}&select=priority`)).toEqual([{ priority: 100 }]);
    });
  });

  describe("T1.1 R-10 another organisation", () => {
    test("2,400 ways to ask for its rows show and change none of them", async () => {
      const [ours, theirs] = [owner.orgId, tenant.orgId];
      const queries = (row: unknown) => [
        `org_id=${theirs}`,
        `org_id=eq.${theirs}`,
        `org_id=in.(${ours},${theirs})`,
        `org_id=neq.${ours}`,
        `org_id=not.eq.${ours}`,
        `org_id=like.*`,
        `or=(org_id.eq.${theirs},org_id.eq.${ours})`,
        `and=(org_id.eq.${theirs})`,
        `org_id=${ours}&or=(org_id.eq.${theirs})`,
        `org_id=${ours}&org_id=${theirs}`,
        `org_id=${theirs}&org_id=${ours}`,
        `org_id=${ours}&ORG_ID=${theirs}`,
        `ORG_ID=${theirs}`,
        `org_id%5B%5D=${theirs}`,
        `org_id[0]=${theirs}`,
        `org_id=${ours}&org_id%00=${theirs}`,
        `org_id=${ours}&id=${row}`,
        `org_id=${ours}&id=eq.${row}`,
        `id=${row}`,
        `org_id=${ours}%27%20OR%20org_id=%27${theirs}`,
        `org_id=${ours},${theirs}`,
        `org_id=%20${theirs}`,
        `org_id=${theirs.toUpperCase()}&id=${row}`,
      ];
      const bodies = (row: unknown) => [
        undefined,
        { org_id: theirs, id: row },
        { _filters: { org_id: theirs, id: row } },
        { _filters: [{ column: "org_id", op: "eq", value: theirs }], name: "taken" },
      ];
      let requests = 0;
      for (const table of DB_TABLES) {
        const row = ofTenant[table]?.[0]?.id;
        for (const who of [owner, member, auditor, undefined]) {
          const attempts = ["GET", "POST", "PATCH", "DELETE"].flatMap((method) =>
            queries(row).flatMap((query) =>
              (method === "GET" ? [undefined] : method === "POST" ? [{ ...RULE, org_id: theirs }] : bodies(row)).map(
                (body) => ({ method, query, body }),
              ),
            ),
          );
          for (let at = 0; at < attempts.length; at += 8) {
            const some = attempts.slice(at, at + 8);
            await Promise.all(
              some.map(async ({ method, query, body }) => {
                const headers = { "x-org-id": theirs, org_id: theirs };
                const answer = await call(who, method, `${table}?${query}`, { body, headers });
                const asked = `${method} ${table}?${query} ${JSON.stringify(body)}`;
                expect(answer.status, asked).toBeLessThan(500);
                expect(answer.text.toLowerCase(), asked).not.toContain(String(row));
                expect(answer.text.toLowerCase(), asked).not.toContain(theirs);
                if (method === "GET" && answer.status === 200) expect(answer.data, asked).toEqual([]);
                if (method !== "GET" && answer.status === 200) expect(answer.data, asked).toEqual({ changes: 0 });
              }),
            );
            requests += some.length;
          }
        }
      }
      expect(requests).toBeGreaterThan(2_400);
      for (const table of DB_TABLES.filter((name) => name !== "audit_logs")) {
        expect(await rows(`${table}?org_id=${tenant.orgId}`, tenant)).toEqual(ofTenant[table]);
      }
    }, 240_000);

    test.each([
      ["in.", "org_id=in.(A,B)", 400, "UNKNOWN_OPERATOR"],
      ["neq.", "org_id=neq.A", 400, "UNKNOWN_OPERATOR"],
      ["or", "org_id=A&or=(org_id.eq.B)", 400, "UNKNOWN_COLUMN"],
      ["twice", "org_id=A&org_id=B", 400, "AMBIGUOUS_PARAM"],
      ["in capitals", "ORG_ID=B", 400, "UNKNOWN_COLUMN"],
      ["as a list", "org_id[]=B", 400, "UNKNOWN_COLUMN"],
      ["in a header", "name=x", 400, "MISSING_FIELDS"],
    ])("org_id %s is refused", async (_name, query, status, code) => {
      const path = `machines?${query.replace("A", owner.orgId).replace("B", tenant.orgId)}`;
      const answer = await call(owner, "GET", path, { headers: { org_id: owner.orgId } });
      expect([answer.status, answer.code]).toEqual([status, code]);
    });

    test("the body against the query is refused", async () => {
      const body = { org_id: tenant.orgId, ...RULE };
      for (const method of ["POST", "PATCH", "DELETE"]) {
        const query = method === "POST" ? "" : `&id=${randomUUID()}`;
        const { _filters, ...fields } = { _filters: { org_id: tenant.orgId }, ...body };
        const sent = method === "DELETE" ? { _filters } : fields;
        const { code } = await call(owner, method, `acl_rules?org_id=${owner.orgId}${query}`, { body: sent });
        expect([method, code]).toEqual([method, "AMBIGUOUS_PARAM"]);
      }
    });

    test("X-21 writing to it is FORBIDDEN, as to one that does not exist", async () => {
      for (const org_id of [tenant.orgId, randomUUID(), "no id"]) {
        const answers = [
          await call(owner, "POST", "acl_rules", { body: { org_id, ...RULE } }),
          await call(owner, "PATCH", `acl_rules?org_id=${org_id}&name=theirs`, { body: { priority: 1 } }),
          await call(owner, "DELETE", `acl_rules?org_id=${org_id}&name=theirs`),
        ];
        expect(answers.map(({ status, code }) => [status, code])).toEqual(Array(3).fill([403, "FORBIDDEN"]));
      }
    });

    test("T1.2 one of its rows answers exactly as an id that does not exist", async () => {
      const theirs = String(ofTenant.acl_rules?.[0]?.id);
      const ask = async (id: string) => [
        await get(`acl_rules?org_id=${owner.orgId}&id=eq.${id}`),
        await call(owner, "PATCH", `acl_rules?org_id=${owner.orgId}&id=eq.${id}`, { body: { priority: 1 } }),
        await call(owner, "DELETE", `acl_rules?org_id=${owner.orgId}&id=eq.${id}`),
        await call(owner, "DELETE", `acl_rules?id=eq.${id}`),
        await call(owner, "DELETE", "acl_rules", { body: { id } }),
        await call(owner, "DELETE", "machines", { body: { id } }),
      ];
      const [answers, random] = [await ask(theirs), await ask(randomUUID())];
      expect(answers).toEqual(random);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404, 403]);
      expect(await rows(`acl_rules?org_id=${tenant.orgId}`, tenant)).toEqual(ofTenant.acl_rules);
    });
  });

  describe("writes that are more than they seem", () => {
    test.each(["id", "org_id", "created_at", "owner_id", "status", "ephemeral", "__proto__", "constructor"])(
      "T1.3 machines.%s is not written",
      async (column) => {
        const [before] = await rows(`machines?org_id=${owner.orgId}&name=Win-A&limit=1`);
        const value = column === "org_id" ? tenant.orgId : { x: 1 };
        // As text: a literal's `__proto__` would be its prototype.
        const body = `{"${column}":${JSON.stringify(value)}}`;
        for (const [method, path] of [
          ["PATCH", `machines?org_id=${owner.orgId}&id=eq.${before?.id}`],
          ["POST", `machines?org_id=${owner.orgId}`],
        ] as const) {
          const { status, code } = await call(owner, method, path, { body });
          expect([status, code]).toEqual([400, column === "org_id" ? "AMBIGUOUS_PARAM" : "COLUMN_NOT_WRITABLE"]);
        }
        expect(await rows(`machines?org_id=${owner.orgId}&id=eq.${before?.id}`)).toEqual([before]);
      },
    );

    test.each([
      ["auth_keys", "revoked", "COLUMN_NOT_WRITABLE"],
      ["auth_keys", "key_hash", "UNKNOWN_COLUMN"],
      ["org_members", "role", "COLUMN_NOT_WRITABLE"],
      ["acl_rules", "created_by", "COLUMN_NOT_WRITABLE"],
      ["acl_rules", "__proto__", "COLUMN_NOT_WRITABLE"],
      ["acl_rules", "ports", "UNKNOWN_COLUMN"],
      ["audit_logs", "hash", "COLUMN_NOT_WRITABLE"],
    ])("T1.3 %s.%s is refused, and with it the rest of the request", async (table, column, expected) => {
      const before = await rows(`${table}?org_id=${owner.orgId}`);
      const body = `{"org_id":"${owner.orgId}","action":"allow","source":"*","destination":"*","${column}":"x"}`;
      const only = `{"org_id":"${owner.orgId}","${column}":"x"}`;
      const made = await call(owner, "POST", table, { body: table === "acl_rules" ? body : only });
      const changed = await call(owner, "PATCH", `${table}?id=${before[0]?.id}`, { body: only });
      expect([made.code, changed.code]).toEqual([expected, expected]);
      expect(await rows(`${table}?org_id=${owner.orgId}`)).toEqual(before);
    });

    test.each([
      ["T1.7 nothing", "", undefined, "UNSAFE_WRITE"],
      ["T1.7 the organisation alone", "?org_id=ORG", {}, "UNSAFE_WRITE"],
      ["T1.7 id=neq.0", "?org_id=ORG&id=neq.0", {}, "UNKNOWN_OPERATOR"],
      ["a name without an organisation", "?name=ours", {}, "MISSING_FIELDS"],
    ])("a deletion by %s is refused, of machines and of rules", async (_name, query, body, code) => {
      for (const table of ["machines", "acl_rules"]) {
        const answer = await call(owner, "DELETE", table + query.replace("ORG", owner.orgId), { body });
        expect([answer.status, answer.code]).toEqual([400, code]);
      }
      expect(await rows(`acl_rules?org_id=${owner.orgId}&name=ours`)).toHaveLength(1);
    });

    test("T1.7 a table that is not written says what to call", async () => {
      const answer = await call(owner, "DELETE", `machines?org_id=${owner.orgId}&name=Win-A`);
      expect([answer.status, answer.code]).toEqual([403, "FORBIDDEN"]);
      expect(answer.text).toContain("POST /api/machine-admin");
      expect(await rows(`machines?org_id=${owner.orgId}&name=Win-A`)).toHaveLength(1);
    });

    test(`more than ${DB_WRITE_ROWS} rows are neither changed nor deleted, ${DB_WRITE_ROWS} are`, async () => {
      await system.sql(
        `INSERT INTO acl_rules (org_id, action, source, destination, description)
         SELECT '${owner.orgId}', 'allow', '*', '*', 'many' FROM generate_series(1, ${DB_WRITE_ROWS + 1}) RETURNING id`,
      );
      const many = `acl_rules?org_id=${owner.orgId}&description=many`;
      for (const [method, body] of [
        ["PATCH", { priority: 1 }],
        ["DELETE", undefined],
      ] as const) {
        expect((await call(owner, method, many, { body })).code).toBe("UNSAFE_WRITE");
      }
      expect(await rows(`${many}&priority=100&select=id`)).toHaveLength(DB_WRITE_ROWS + 1);
      const [one] = await rows(`${many}&limit=1`);
      await call(owner, "DELETE", "acl_rules", { body: { id: one?.id } });
      expect((await call(owner, "PATCH", many, { body: { priority: 1 } })).data).toEqual({ changes: DB_WRITE_ROWS });
      expect((await call(owner, "DELETE", many)).data).toEqual({ changes: DB_WRITE_ROWS });
    });

    test("changes and deletions of the same rules at once all end, and each row is deleted once", async () => {
      await Promise.all(Array.from({ length: 6 }, () => rule({ description: "raced" })));
      const raced = `acl_rules?org_id=${owner.orgId}&description=raced`;
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_unused, n) =>
          n % 2 ? call(owner, "DELETE", raced) : call(admin, "PATCH", raced, { body: { priority: n } }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
      const deleted = answers.filter((_answer, n) => n % 2).map(({ data }) => (data as { changes: number }).changes);
      expect(deleted.reduce((sum, changes) => sum + changes)).toBe(6);
    });

    test.each([
      ["a subnet that is none", { source: "10.0.0.0/99" }],
      ["a tag that is none", { destination: "tag:" }],
      ["NUL", { description: "\0" }],
      ["an action that is none", { action: "maybe" }],
      ["a priority beyond a whole number", { priority: 1e12 }],
    ])("a rule with %s is INVALID_INPUT", async (_name, values) => {
      const body = { org_id: owner.orgId, ...RULE, ...values };
      expect((await call(owner, "POST", "acl_rules", { body })).code).toBe("INVALID_INPUT");
    });
  });

  describe("what is SQL to others", () => {
    test.each([
      "users",
      "users;--",
      "pg_catalog.pg_user",
      "pg_catalog.pg_tables",
      "information_schema.tables",
      "refresh_tokens",
      "sessions",
      "plan_features",
      "machines%00",
      "machines%20",
      "MACHINES",
      "public.machines",
      "%22machines%22",
      "machines%3Bdrop%20table%20users",
      "__proto__",
      "constructor",
    ])("T1.9 R-12 there is no table %s, not even for an owner", async (table) => {
      for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
        const body = method === "GET" ? undefined : { org_id: owner.orgId };
        const answer = await call(owner, method, `${table}?org_id=${owner.orgId}&id=${randomUUID()}`, { body });
        expect([method, answer.status, answer.code]).toEqual([method, 404, "NOT_FOUND"]);
      }
    });

    test.each([
      ["T1.4 a secret", "select=key_hash"],
      ["T1.4 a subquery", "select=id,(select+1)"],
      ["T1.4 an alias", "select=x:name"],
      ["T1.4 an embedded table", "select=users(*)"],
      ["T1.4 a cast", "select=id::text"],
      ["T1.4 a path into JSON", "select=tags->>0"],
      ["R-26 the alias of the advisory", "select=%22%5C%27/*%22:id"],
      ["R-26 a column that is code", "select=%5C%27%2Bconsole.log(process.env)%5D%3Dnull"],
      ["T1.5 a filter on a secret", "key_hash=like.a*"],
      ["T1.5 a secret's exact value", "node_key_hash=eq.x"],
      ["T1.5 R-11 an order by a secret", "order=key_hash.desc"],
      ["R-11 an order by nothing", "order=nothing"],
      ["R-11 an order by code", "order=name;drop+table+users"],
      ["a column that ends the statement", "id;drop=eq.1"],
      ["T1.11 a pattern", "name=match.(a%2B)%2B%24"],
      ["T1.11 another pattern", `name=ilike.${"%25a".repeat(1_000)}`],
      ["T1.11 a huge limit", "limit=1e9"],
      ["T1.11 one row more than may be", `limit=${DB_ROWS.max + 1}`],
      ["T1.11 a negative offset", "offset=-1"],
      ["T1.11 a thousand terms", `or=(${Array(1_000).fill("id.eq.1").join(",")})`],
    ])("%s is refused", async (_name, query) => {
      for (const table of ["machines", "auth_keys"]) {
        const { status, code } = await get(`${table}?org_id=${owner.orgId}&${query}`);
        expect([status, ERRORS[code as keyof typeof ERRORS]?.http]).toEqual([400, 400]);
      }
    });

    test("T1.4 select=* is the registry's columns", async () => {
      const [all] = await rows(`machines?org_id=${owner.orgId}&select=*&limit=1`);
      const [plain] = await rows(`machines?org_id=${owner.orgId}&limit=1`);
      expect(all).toEqual(plain);
      expect(Object.keys(all ?? {})).not.toContain("node_key_hash");
    });

    test.each([
      ["a URL of 64 KiB", `name=${"x".repeat(64 * 1024)}`],
      ["5,000 terms", `or=(${Array(5_000).fill("id.eq.1").join(",")})`],
    ])("T1.11 %s is refused before it is parsed, and the server goes on", async (_name, query) => {
      const response = await fetch(`${system.url}/api/db/machines?org_id=${owner.orgId}&${query}`, {
        headers: { authorization: `Bearer ${owner.access_token}` },
      });
      expect([400, 414, 431]).toContain(response.status);
      expect(await rows(`machines?org_id=${owner.orgId}&name=Win-A`)).toHaveLength(1);
    });

    test("values that no column has find nothing", async () => {
      for (const value of ["%00", "%27", "%27%20OR%20%271%27=%271", "%ED%A0%80", "1e400", "infinity", "{}"]) {
        for (const column of ["id", "name", "tags", "ephemeral", "last_seen", "created_at", "owner_id"]) {
          const answer = await get(`machines?org_id=${owner.orgId}&${column}=${value}`);
          expect([column, value, answer.status, answer.data]).toEqual([column, value, 200, []]);
        }
      }
    });
  });
});
