/** The audit log: T6.1, T6.2, T6.5, and what auditors see of it. */

import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { auditApi, authApi, authKeyApi, organisationApi, SHELL_SOCKET_PATH } from "@sallyport/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { LiveEars } from "../harness/live-ends.ts";
import { freshDatabase } from "../harness/postgres.ts";
import { runProgram } from "../harness/programs.ts";
import { DATABASES, OWNER, type Person, System } from "../harness/system.ts";

describe.each(DATABASES)("on %s", (_, url) => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ TRUST_PROXY: "loopback", ...(url && { DATABASE_URL: await freshDatabase(url) }) });
  });
  afterAll(() => system.stop());

  /** An organisation with six rows in its chain. */
  async function organisation(name: string): Promise<string> {
    const { api } = system.owner;
    const { id } = await api.act(organisationApi, "create_org", { name });
    for (let n = 2; n <= 6; n++) await api.act(authKeyApi, "create_auth_key", { org_id: id, name: `key ${n}` });
    return id;
  }

  async function run(statements: readonly string[]): Promise<void> {
    for (const statement of statements) await system.sql(statement);
  }

  const verify = async () => {
    const { status, stdout } = await system.operate("audit", "verify");
    return { status, said: (chain: string) => stdout.split("\n").find((line) => line.startsWith(chain)) };
  };
  const search = (input: object, who = system.owner) =>
    who.api.act(auditApi, "search", { org_id: who.orgId, ...input });
  const until = (check: () => Promise<boolean>) => system.until(check, "rows in the audit log");
  async function download(query: Record<string, string>, who = system.owner) {
    const search = new URLSearchParams({ org_id: who.orgId, ...query });
    return fetch(`${system.url}/api/audit/export?${search}`, {
      headers: { authorization: `Bearer ${who.access_token}` },
    });
  }

  test("T6.1 an organisation's id in other letters is the same organisation, and the same chain", async () => {
    const { api, orgId } = system.owner;
    for (const org_id of [orgId.toUpperCase(), orgId]) {
      await api.act(authKeyApi, "create_auth_key", { org_id, name: "the same" });
    }
    const chains = await system.sql("SELECT chain FROM audit_heads WHERE chain <> lower(chain)");
    expect(chains).toEqual([]);
    const { status, stdout } = await system.operate("audit", "verify");
    expect([status, stdout]).toEqual([0, expect.not.stringContaining("BROKEN")]);
  });

  test("dashboards are told that something was recorded in their organisation, and nothing of another's", async () => {
    const { api, orgId } = system.owner;
    const other = await system.tenant();
    const [ears, others] = await Promise.all([
      LiveEars.open(system.url, system.owner),
      LiveEars.open(system.url, other),
    ]);
    const isNews = ({ type }: { type: string }) => type === "records.changed";
    await Promise.all([ears.events.first(isNews), others.events.first(isNews)]);
    const before = others.events.all.filter(isNews).length;
    const after = ears.events.all.length;
    await api.act(authKeyApi, "create_auth_key", { org_id: orgId, name: "news" });
    await system.until(() => ears.events.all.slice(after).some(isNews), "news of the key");
    expect(others.events.all.filter(isNews)).toHaveLength(before);
    await other.api.act(authKeyApi, "create_auth_key", { org_id: other.orgId, name: "theirs" });
    await system.until(() => others.events.all.filter(isNews).length > before, "news of the other's key");
    // A page that is refused reads nothing again because of it: it would be refused again, and so on.
    const member = await system.person("member");
    const heard = ears.events.all.length;
    const isOfRefusals = (event: { type: string }) => isNews(event) && "refusals_only" in event && event.refusals_only;
    await system.until(async () => {
      await expect(member.api.act(authKeyApi, "create_auth_key", { org_id: orgId, name: "no" })).rejects.toThrow();
      return ears.events.all.slice(heard).some(isOfRefusals);
    }, "news of refusals");
    ears.close();
    others.close();
  });

  test("a folder in which there is no database is said to be one, and does not count as intact", async () => {
    const nowhere = `${system.dataDir}-typo`;
    const { status, stderr } = await runProgram("sallyport", ["audit", "verify"], { DATA_DIR: nowhere });
    expect([status, stderr]).toEqual([4, expect.stringContaining(nowhere)]);
    expect(existsSync(nowhere)).toBe(false);
  });

  test("T6.1 whatever somebody with the database does to a chain is found, and the first bad row named", async () => {
    const row = (chain: string, seq: number) => `chain = '${chain}' AND seq = ${seq}`;
    const forgedTombstone = "00000000-0000-4000-8000-000000000000";
    const tampering: Record<string, [forge: (chain: string) => string[], verdict: RegExp]> = {
      nothing: [() => [], /6 rows, 0 erased, [1-9] checkpoints, intact$/],
      "a changed row": [
        (chain) => [`UPDATE audit_logs SET metadata = '{}' WHERE ${row(chain, 3)}`],
        /BROKEN at row 3 \(changed\);/,
      ],
      "a deleted row": [(chain) => [`DELETE FROM audit_logs WHERE ${row(chain, 3)}`], /BROKEN at row 3 \(missing\);/],
      "a deleted tail": [
        (chain) => [`DELETE FROM audit_logs WHERE chain = '${chain}' AND seq > 4`],
        /BROKEN at row 5 \(missing\);/,
      ],
      "a deleted tail, with the head made right": [
        (chain) => [
          `DELETE FROM audit_logs WHERE chain = '${chain}' AND seq > 4`,
          `UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit_logs WHERE ${row(chain, 4)}) WHERE chain = '${chain}'`,
        ],
        /BROKEN at row 5 \(missing\);/,
      ],
      "a deleted tail, with the head made right and every checkpoint gone": [
        (chain) => [
          `DELETE FROM audit_logs WHERE chain = '${chain}' AND seq > 4`,
          `UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit_logs WHERE ${row(chain, 4)}) WHERE chain = '${chain}'`,
          `DELETE FROM audit_checkpoints WHERE chain = '${chain}'`,
        ],
        /BROKEN at row 5 \(missing\);/,
      ],
      "two rows that changed places": [
        (chain) => [
          `UPDATE audit_logs SET seq = -1 WHERE ${row(chain, 3)}`,
          `UPDATE audit_logs SET seq = 3 WHERE ${row(chain, 4)}`,
          `UPDATE audit_logs SET seq = 4 WHERE ${row(chain, -1)}`,
        ],
        /BROKEN at row 3 \(changed\);/,
      ],
      "an inserted row": [
        (chain) => [
          `UPDATE audit_logs SET seq = seq + 1000 WHERE chain = '${chain}' AND seq >= 3`,
          `UPDATE audit_logs SET seq = seq - 999 WHERE chain = '${chain}' AND seq >= 1003`,
          `INSERT INTO audit_logs SELECT gen_random_uuid(), chain, 3, org_id, action, resource_type, resource_id, actor_id,
             metadata, ip_address, created_at, prev_hash, hash FROM audit_logs WHERE ${row(chain, 4)}`,
          `UPDATE audit_heads SET seq = seq + 1 WHERE chain = '${chain}'`,
        ],
        /BROKEN at row 3 \(changed\);/,
      ],
      "a row that is said to be erased": [
        (chain) => [
          `INSERT INTO audit_tombstones VALUES ('${forgedTombstone}', '${chain}', 'admin', 3, 3, 1, 'digest', now(), 'signature')`,
          `INSERT INTO audit_erased SELECT chain, seq, hash, '${forgedTombstone}' FROM audit_logs WHERE ${row(chain, 3)}`,
          `DELETE FROM audit_logs WHERE ${row(chain, 3)}`,
        ],
        /BROKEN at row 3 \(erased without proof\);/,
      ],
    };
    const chains = new Map<string, string>();
    for (const name of Object.keys(tampering)) chains.set(name, await organisation(name.slice(0, 60)));
    // An orderly stop signs what is not signed yet.
    await system.server.stop();
    await system.startServer();
    expect(await verify()).toMatchObject({ status: 0 });
    for (const [name, [forge]] of Object.entries(tampering)) await run(forge(chains.get(name) ?? ""));
    const { status, said } = await verify();
    expect(status).toBe(1);
    for (const [name, [, verdict]] of Object.entries(tampering))
      expect(said(chains.get(name) ?? ""), name).toMatch(verdict);
    const changed = await system.owner.api.act(auditApi, "verify", { org_id: chains.get("a changed row") ?? "" });
    expect(changed.fault).toEqual({ seq: 3, problem: "changed" });
    // The same without a server, from the secrets in DATA_DIR.
    await system.server.stop();
    expect((await verify()).said(chains.get("a deleted row") ?? "")).toMatch(/BROKEN at row 3 \(missing\);/);
    await system.startServer();
  });

  test("T6.2 64 writers and a kill -9 leave a chain without gaps, in which everything is that was answered", async () => {
    const { api, orgId } = system.owner;
    const answered: string[] = [];
    const write = async (writer: number) => {
      for (let n = 0; n < 200; n++) {
        const name = `writer ${writer} ${n}`;
        answered.push((await api.act(authKeyApi, "create_auth_key", { org_id: orgId, name })).id);
      }
    };
    const writers = Promise.allSettled(Array.from({ length: 64 }, (_, writer) => write(writer)));
    await system.until(() => answered.length > 200, "writers to be under way");
    await system.server.stop("SIGKILL");
    await writers;
    await system.startServer();
    expect((await verify()).said(orgId)).toMatch(/ intact$/);
    const [counted] = await system.sql(
      `SELECT count(*)::int AS rows, max(seq)::int AS last FROM audit_logs WHERE chain = '${orgId}'`,
    );
    expect(counted?.rows).toBe(counted?.last);
    const rows = await system.sql(
      `SELECT resource_id FROM audit_logs WHERE chain = '${orgId}' AND action = 'auth_key.created'`,
    );
    const recorded = new Set(rows.map(({ resource_id }) => resource_id));
    expect(answered.filter((id) => !recorded.has(id))).toEqual([]);
  });

  test("X-44 auditors search: by part of an action, class, person, resource, time and text", async () => {
    const tenant = await system.tenant();
    const { api, orgId } = tenant;
    const { id } = await api.act(authKeyApi, "create_auth_key", { org_id: orgId, name: "100%_sure" });
    const actions = async (filter: object) => (await search(filter, tenant)).logs.map(({ action }) => action);
    expect(await actions({})).toEqual(["auth_key.created", "org.created"]);
    expect(await actions({ event: "created" })).toEqual(["auth_key.created", "org.created"]);
    expect(await actions({ event: "auth_key" })).toEqual(["auth_key.created"]);
    expect(await actions({ event: "auth%key" })).toEqual([]);
    expect(await actions({ class: "denied" })).toEqual([]);
    expect(await actions({ class: "admin", resource_type: "auth_key" })).toEqual(["auth_key.created"]);
    expect(await actions({ resource_id: id })).toEqual(["auth_key.created"]);
    expect(await actions({ actor: tenant.user.email.toUpperCase(), event: "org" })).toEqual(["org.created"]);
    expect(await actions({ actor: tenant.user.id, event: "org" })).toEqual(["org.created"]);
    expect(await actions({ actor: OWNER.email })).toEqual([]);
    expect(await actions({ text: "100%_SURE" })).toEqual(["auth_key.created"]);
    expect(await actions({ text: "1%" })).toEqual([]);
    expect(await actions({ text: "\\" })).toEqual([]);
    expect(await actions({ text: "\0" })).toEqual([]);
    expect(await actions({ since: "2999-01-01T00:00:00.000Z" })).toEqual([]);
    expect(await actions({ until: "2000-01-01T00:00:00.000Z" })).toEqual([]);
    const { logs } = await search({ limit: 1 }, tenant);
    expect(logs[0]).toMatchObject({ actor_email: tenant.user.email, seq: 2, metadata: { name: "100%_sure" } });
    expect(await api.act(auditApi, "facets", { org_id: orgId })).toEqual({
      actions: ["auth_key.created", "org.created"],
      resource_types: ["auth_key", "org"],
    });
    expect(await api.act(auditApi, "verify", { org_id: orgId })).toMatchObject({ rows: 2, erased: 0, fault: null });
  });

  test("pages of a search join without a hole or a repeat, also while the log grows", async () => {
    const tenant = await system.tenant();
    const { api, orgId } = tenant;
    const grow = (name: string) => api.act(authKeyApi, "create_auth_key", { org_id: orgId, name });
    for (let n = 0; n < 6; n++) await grow(`key ${n}`);
    const seqs: number[] = [];
    for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
      const page: Awaited<ReturnType<typeof search>> = await search({ limit: 3, before }, tenant);
      seqs.push(...page.logs.map(({ seq }) => seq));
      before = page.next;
      await grow("meanwhile");
    }
    expect(seqs).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  test("a long log is read piece by piece: whatever the filter, every entry that matches is found once", async () => {
    const tenant = await system.tenant();
    const { orgId } = tenant;
    // Rows alone: what they say is what counts here, and not whether their chain holds.
    await system.sql(`INSERT INTO audit_logs (id, chain, seq, org_id, action, resource_type, metadata, created_at, prev_hash, hash)
      SELECT gen_random_uuid(), '${orgId}', n, '${orgId}', 'org.plan_changed', 'org',
        jsonb_build_object('note', CASE WHEN n % 5000 = 7 THEN 'a needle' ELSE 'hay' END), now(), 'x', 'y'
      FROM generate_series(2, 20000) n RETURNING 1`);
    await system.sql(`UPDATE audit_heads SET seq = 20000 WHERE chain = '${orgId}' RETURNING 1`);
    const find = async (filter: object) => {
      const seqs: number[] = [];
      for (let before: number | null | undefined; before !== null; ) {
        const page: Awaited<ReturnType<typeof search>> = await search({ ...filter, limit: 2, before }, tenant);
        seqs.push(...page.logs.map(({ seq }) => seq));
        before = page.next;
      }
      return seqs;
    };
    expect(await find({ text: "A NEEDLE" })).toEqual([15_007, 10_007, 5_007, 7]);
    expect(await find({ text: "nowhere" })).toEqual([]);
    expect(await find({ event: "org.created" })).toEqual([1]);
    expect(await find({ text: "needle", after: 5_007 })).toEqual([15_007, 10_007]);
    expect(await find({ after: 20_000 })).toEqual([]);
    expect((await search({ after: 19_999, before: 20_001 }, tenant)).logs.map(({ seq }) => seq)).toEqual([20_000]);
    expect((await search({}, tenant)).logs).toHaveLength(50);
  });

  test("T1.2 the log of an organisation is for its auditors and administrators", async () => {
    const [member, auditor, tenant] = [
      await system.person("member"),
      await system.person("auditor"),
      await system.tenant(),
    ];
    const read = async (who: Person) => {
      const here = { ...who, orgId: system.owner.orgId };
      const searched = await search({ limit: 1 }, here).then(
        () => 200,
        ({ status }: { status: number }) => status,
      );
      return [searched, (await download({}, here)).status];
    };
    expect(await read(auditor)).toEqual([200, 200]);
    expect(await read(member)).toEqual([403, 403]);
    expect(await read(tenant)).toEqual([403, 403]);
    expect((await fetch(`${system.url}/api/audit/export?org_id=${system.owner.orgId}`)).status).toBe(401);
  });

  test("an export has every row, oldest first, proves the chain elsewhere, and is recorded", async () => {
    const { orgId } = system.owner;
    const response = await download({});
    expect(response.headers.get("content-type")).toMatch(/^application\/x-ndjson/);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="audit-[\d-]+\.jsonl"$/);
    const text = await response.text();
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, n) => n + 1));
    const { logs } = await search({ event: "audit.exported", limit: 1 });
    expect(logs[0]).toMatchObject({
      actor_id: system.owner.user.id,
      metadata: { format: "jsonl", last_seq: lines.length },
    });

    const file = `${system.dataDir}/export.jsonl`;
    await writeFile(file, text);
    expect(await system.operate("audit", "verify", "--against", file)).toMatchObject({
      stdout: expect.stringContaining(`the copy: ${lines.length} rows, all as here`),
    });
    await writeFile(file, text.replace('"org.created"', '"org.forgotten"'));
    const { status, stdout } = await system.operate("audit", "verify", "--against", file);
    expect(status).toBe(1);
    expect(stdout).toContain(`${orgId}: NOT AS IN THE COPY at row 1 (changed in the copy)`);
  });

  test("an export as CSV takes the same filters", async () => {
    const response = await download({ format: "csv", event: "org.created" });
    expect(response.headers.get("content-type")).toMatch(/^text\/csv/);
    const [header, row, ...rest] = (await response.text()).trimEnd().split("\r\n");
    expect(header).toBe(
      "chain,seq,created_at,action,resource_type,resource_id,actor_id,ip_address,metadata,id,prev_hash,hash",
    );
    expect(row).toMatch(new RegExp(`^${system.owner.orgId},1,.*,org.created,org,`));
    expect(rest).toEqual([]);
    expect((await download({ format: "xml" })).status).toBe(400);
  });

  test("T6.5 who is turned away is recorded: a member in his organisation, a stranger in the system's chain", async () => {
    const [member, tenant] = [await system.person("member"), await system.tenant()];
    const { orgId } = system.owner;
    const attempt = (who: Person) =>
      who.api.act(authKeyApi, "create_auth_key", { org_id: orgId, name: "not mine" }).catch(() => {});
    await attempt(member);
    await attempt(tenant);
    await system.signIn(OWNER.email, "a wrong password").catch(() => {});
    const registration = { auth_key: "tskey-auth-wrong", name: "stranger" };
    await fetch(`${system.url}/api/register-machine`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(registration),
    });
    await fetch(`${system.url}/api/auth/me`, { headers: { authorization: "Bearer wrong.access.token" } });
    const socket = new WebSocket(`${system.url.replace("http", "ws")}${SHELL_SOCKET_PATH}?token=a-wrong-token`, {
      origin: "https://elsewhere.example",
    });
    await new Promise((resolve) => socket.once("error", resolve));

    await until(async () => (await search({ class: "denied", actor: member.user.id })).logs.length === 1);
    const { logs } = await search({ class: "denied", actor: member.user.id });
    expect(logs[0]).toMatchObject({
      action: "access.denied",
      resource_id: "POST /api/key-management create_auth_key",
      actor_email: member.user.email,
      ip_address: "127.0.0.1",
      metadata: { code: "FORBIDDEN" },
    });
    expect((await search({ actor: tenant.user.id, class: "denied" })).logs).toEqual([]);
    const denied = () =>
      system.sql(
        "SELECT actor_id, resource_id, metadata->>'code' AS code, metadata->>'claimed_org_id' AS org FROM audit_logs WHERE chain = 'system' AND action = 'access.denied'",
      );
    const expected = ["INVALID_CREDENTIALS", "INVALID_KEY", "UNAUTHORIZED", "ORIGIN_NOT_ALLOWED", "FORBIDDEN"];
    await until(async () => {
      const codes = (await denied()).map(({ code }) => code);
      return expected.every((code) => codes.includes(code));
    });
    const rows = await denied();
    expect(rows).toContainEqual({
      actor_id: tenant.user.id,
      resource_id: "POST /api/key-management create_auth_key",
      code: "FORBIDDEN",
      org: orgId,
    });
    const everything = JSON.stringify(await system.sql("SELECT * FROM audit_logs"));
    for (const secret of ["a wrong password", "tskey-auth-wrong", "wrong.access.token", "a-wrong-token"]) {
      expect(everything).not.toContain(secret);
    }
  });

  test("signing in and out is in the log of the person's organisations", async () => {
    const person = await system.person("auditor");
    await person.api.call(authApi.logout, {});
    const { logs } = await search({ actor: person.user.id, event: "user.signed" });
    expect(logs.map(({ action, resource_id }) => [action, resource_id])).toEqual([
      ["user.signed_out", person.user.id],
      ["user.signed_in", person.user.id],
    ]);
    expect(logs[1]).toMatchObject({ ip_address: "127.0.0.1", metadata: { email: person.user.email } });
  });
});
