/** API keys: a person's rights in one organisation, or fewer, for scripts (GK-101). */
import {
  API_KEY_DAYS,
  type ApiKeyView,
  auditApi,
  authApi,
  authKeyApi,
  desktopApi,
  organisationApi,
  shellApi,
} from "@sallyport/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiKeyHolder, Person } from "../harness/control-plane.ts";
import { LiveEars } from "../harness/live-ends.ts";
import { freshDatabase } from "../harness/postgres.ts";
import { DATABASES, type RunningAgent, System } from "../harness/system.ts";
import { FramedPerson, handshake, PlainPerson, ticketFor } from "../harness/viewer.ts";

const DAY_MS = 86_400_000;
const refused = (code: string) => expect.objectContaining({ code });

describe.each(DATABASES)("on %s", (_, url) => {
  let system: System;
  let agent: RunningAgent;
  beforeAll(async () => {
    system = await System.start({ ...(url && { DATABASE_URL: await freshDatabase(url) }) });
    agent = await system.startAgent("Linux-C");
  });
  afterAll(() => system.stop());

  const me = (who: Person) => who.api.call(authApi.me, {});
  const revoke = (key_id: string, who: Person = system.owner) =>
    who.api.act(authKeyApi, "revoke_api_key", { org_id: system.owner.orgId, key_id });
  const list = async (who: Person = system.owner): Promise<ApiKeyView[]> =>
    (await who.api.act(authKeyApi, "list_api_keys", { org_id: system.owner.orgId })).keys;
  const listSessions = (who: Person) => who.api.act(shellApi, "list_sessions", { org_id: who.orgId });

  test("GK-101 a key is shown once, and only a hash of it is kept", async () => {
    const made = await system.owner.api.act(authKeyApi, "create_api_key", {
      org_id: system.owner.orgId,
      name: "deploy",
      role: "admin",
      expires_days: 7,
    });
    expect(made).toEqual({
      id: expect.any(String),
      key: expect.stringMatching(/^gk_[0-9a-f]{64}$/),
      key_prefix: `${made.key.slice(0, 11)}...`,
      name: "deploy",
      role: "admin",
      expires_at: expect.any(String),
    });
    expect(Math.abs(Date.parse(made.expires_at) - Date.now() - 7 * DAY_MS)).toBeLessThan(60_000);
    const listed = (await list()).find(({ id }) => id === made.id);
    expect(listed).toMatchObject({ name: "deploy", role: "admin", revoked_at: null, last_used_at: null });
    for (const table of ["api_keys", "sign_ins", "audit_logs"]) {
      const rows = await system.sql(`SELECT row_to_json(t)::text AS row FROM ${table} t`);
      expect(JSON.stringify(rows)).not.toContain(made.key.slice(3));
    }
    expect(system.server.stderr + system.server.stdout).not.toContain(made.key.slice(11));
  });

  test("GK-101 without a role it has its maker's, and it ends after 90 days", async () => {
    const auditor = await system.person("auditor");
    const key = await system.apiKey({}, auditor);
    expect(key.role).toBe("auditor");
    const days = (Date.parse(key.expiresAt) - Date.now()) / DAY_MS;
    expect(Math.round(days)).toBe(API_KEY_DAYS.default);
    for (const expires_days of [0, API_KEY_DAYS.max + 1, 1.5]) {
      await expect(system.apiKey({ expires_days }, auditor)).rejects.toEqual(refused("INVALID_INPUT"));
    }
  });

  test("GK-101 it is taken wherever a JWT is: calls, shells of both kinds, dashboards", async () => {
    const key = await system.apiKey();
    expect(await me(key)).toEqual({ user: system.owner.user, orgs: [expect.objectContaining({ role: "owner" })] });
    const framed = new FramedPerson(await ticketFor(system, agent.machine.id, key));
    await framed.attached;
    const plain = new PlainPerson(await ticketFor(system, agent.machine.id, key));
    await plain.opened;
    plain.type("echo from-a-$((40+2))\n");
    await plain.screen.shows(/from-a-42/);
    const ears = await LiveEars.open(system.url, key);
    for (const each of [framed, plain, ears]) (each instanceof LiveEars ? each : each.socket).close();
    await system.endSessions();
  });

  test("GK-101 R-19 revoking it ends its shells and dashboards, and those of the keys made with it; not its maker's", async () => {
    const key = await system.apiKey();
    const child = await system.apiKey({}, key);
    const makers = await LiveEars.open(system.url, system.owner);
    const ears = await LiveEars.open(system.url, key);
    const viewer = new FramedPerson(await ticketFor(system, agent.machine.id, key));
    const childs = new FramedPerson(await ticketFor(system, agent.machine.id, child));
    await Promise.all([viewer.attached, childs.attached]);

    expect(await revoke(key.keyId)).toEqual({ revoked: key.keyId, keys_revoked: 2 });
    expect(await ears.closed).toBe(4401);
    expect(await viewer.ended).toMatchObject({ closeCode: 4401 });
    expect(await childs.ended).toMatchObject({ closeCode: 4401 });
    for (const gone of [key, child]) await expect(me(gone)).rejects.toEqual(refused("UNAUTHORIZED"));
    const live = `${system.url.replace("http", "ws")}/api/live?org_id=${key.orgId}`;
    const headers = { authorization: `Bearer ${key.access_token}` };
    expect(await handshake(live, { headers })).toMatchObject({ open: false, status: 401 });
    expect(await me(system.owner)).toBeDefined();
    expect((await list()).find(({ id }) => id === child.keyId)?.revoked_at).not.toBeNull();
    makers.close();
    await system.endSessions();
  });

  test("GK-101 an expired key is none, and what it opened is closed", async () => {
    const key = await system.apiKey();
    const viewer = new FramedPerson(await ticketFor(system, agent.machine.id, key));
    await viewer.attached;
    await system.sql(`UPDATE sign_ins SET expires_at = now() WHERE id = '${key.keyId}'`);
    await expect(me(key)).rejects.toEqual(refused("UNAUTHORIZED"));
    expect(await viewer.ended).toMatchObject({ closeCode: 4401 });
    await system.endSessions();
  });

  test("R-10 it is never more than its maker: neither in role, nor when the maker's changes", async () => {
    const person = await system.person("admin");
    const key = await system.apiKey({ role: "admin" }, person);
    await listSessions(key);
    await expect(system.apiKey({ role: "owner" }, person)).rejects.toEqual(refused("FORBIDDEN"));

    const low = await system.apiKey({ role: "member" }, person);
    await expect(listSessions(low)).rejects.toEqual(refused("FORBIDDEN"));
    await expect(system.apiKey({ role: "admin" }, low)).rejects.toEqual(refused("FORBIDDEN"));
    expect((await system.apiKey({}, low)).role).toBe("member");

    const change = (role: "member" | "admin") =>
      system.owner.api.act(organisationApi, "set_role", { org_id: key.orgId, user_id: person.user.id, role });
    await change("member");
    await expect(listSessions(key)).rejects.toEqual(refused("FORBIDDEN"));
    expect((await me(key)).orgs).toEqual([expect.objectContaining({ id: key.orgId, role: "member" })]);
    await change("admin");
    await listSessions(key);
  });

  test("R-10 an administrator's key of the role admin makes no owner, and a member's key reads what a member may", async () => {
    const admins = await system.apiKey({ role: "admin" });
    const make = admins.api.act(organisationApi, "add_member", {
      org_id: admins.orgId,
      email: "chosen@example.com",
      role: "owner",
    });
    await expect(make).rejects.toEqual(refused("FORBIDDEN"));

    const members = await system.apiKey({ role: "member" });
    await system.owner.api.act(desktopApi, "initiate", {
      org_id: members.orgId,
      machine_id: agent.machine.id,
      session_type: "admin",
    });
    const other = await system.person("admin");
    const others = await system.apiKey({ role: "member" }, other);
    const { sessions } = await others.api.act(desktopApi, "list", { org_id: others.orgId });
    expect(sessions).toEqual([]);
    await expect(
      others.api.act(desktopApi, "initiate", {
        org_id: others.orgId,
        machine_id: agent.machine.id,
        session_type: "admin",
      }),
    ).rejects.toEqual(refused("FORBIDDEN"));
  });

  test("R-10 it is for one organisation, whatever else its maker has", async () => {
    const key = await system.apiKey();
    const org = await system.owner.api.act(organisationApi, "create_org", { name: "another", plan: "enterprise" });
    await expect(listSessions({ ...key, orgId: org.id })).rejects.toEqual(refused("FORBIDDEN"));
    expect((await me(key)).orgs.map(({ id }) => id)).toEqual([key.orgId]);
    await expect(key.api.act(organisationApi, "create_org", { name: "more" })).rejects.toEqual(refused("FORBIDDEN"));
    await expect(key.api.call(authApi.logout, {})).rejects.toEqual(refused("FORBIDDEN"));
  });

  test("R-10 it dies with its maker's membership, and does not rise with it", async () => {
    const person = await system.person("admin");
    const key = await system.apiKey({}, person);
    const ears = await LiveEars.open(system.url, key);
    const membership = { org_id: system.owner.orgId, user_id: person.user.id };
    await system.owner.api.act(organisationApi, "remove_member", membership);
    expect([4401, 4403]).toContain(await ears.closed);
    await expect(me(key)).rejects.toEqual(refused("UNAUTHORIZED"));
    await system.owner.api.act(organisationApi, "add_member", {
      org_id: membership.org_id,
      email: person.user.email,
      role: "owner",
    });
    await expect(me(key)).rejects.toEqual(refused("UNAUTHORIZED"));
  });

  test("R-10 it dies with its maker's account", async () => {
    const person = await system.person("member");
    const key = await system.apiKey({}, person);
    await system.sql(`UPDATE users SET disabled_at = now() WHERE id = '${person.user.id}'`);
    await expect(me(key)).rejects.toEqual(refused("UNAUTHORIZED"));
  });

  test("GK-101 a key that is made with another ends no later", async () => {
    const parent = await system.apiKey({ expires_days: 3 });
    const child = await system.apiKey({ expires_days: 300 }, parent);
    expect(child.expiresAt).toBe(parent.expiresAt);
    expect(Date.parse((await system.apiKey({ expires_days: 1 }, parent)).expiresAt)).toBeLessThan(
      Date.parse(parent.expiresAt),
    );
  });

  test("R-10 people see and revoke their own keys, administrators everybody's, other tenants none", async () => {
    const member = await system.person("member");
    const stranger = await system.tenant();
    const own = await system.apiKey({}, member);
    const owners = await system.apiKey();
    expect((await list(member)).map(({ id }) => id)).toEqual([own.keyId]);
    expect((await list()).map(({ id }) => id)).toEqual(expect.arrayContaining([own.keyId, owners.keyId]));
    await expect(revoke(owners.keyId, member)).rejects.toEqual(refused("NOT_FOUND"));
    const theirs = { org_id: stranger.orgId, key_id: owners.keyId };
    await expect(stranger.api.act(authKeyApi, "revoke_api_key", theirs)).rejects.toEqual(refused("NOT_FOUND"));
    expect(await revoke(own.keyId, member)).toEqual({ revoked: own.keyId, keys_revoked: 1 });
    // Once more is no error, and changes nothing.
    expect(await revoke(own.keyId)).toEqual({ revoked: own.keyId, keys_revoked: 0 });
    expect(await me(owners)).toBeDefined();
  });

  test("GK-114 making and revoking are in the log, without the secret", async () => {
    const key: ApiKeyHolder = await system.apiKey({ role: "auditor" });
    await revoke(key.keyId);
    const { logs } = await system.owner.api.act(auditApi, "search", { org_id: key.orgId, resource_id: key.keyId });
    expect(logs.map(({ action, actor_id }) => [action, actor_id])).toEqual([
      ["api_key.revoked", system.owner.user.id],
      ["api_key.created", system.owner.user.id],
    ]);
    expect(JSON.stringify(logs)).not.toContain(key.access_token.slice(11));
  });

  test("GK-101 when it was used last is kept to the minute, at the cost of one write a minute", async () => {
    const key = await system.apiKey();
    const lastUsed = async () => (await list()).find(({ id }) => id === key.keyId)?.last_used_at;
    expect(await lastUsed()).toBeNull();
    await me(key);
    const first = await lastUsed();
    expect(first).not.toBeNull();
    await Promise.all(Array.from({ length: 10 }, () => me(key)));
    expect(await lastUsed()).toBe(first);
    await system.sql(`UPDATE api_keys SET last_used_at = now() - interval '61 seconds' WHERE id = '${key.keyId}'`);
    await me(key);
    expect(Date.parse((await lastUsed()) ?? "")).toBeGreaterThanOrEqual(Date.parse(first ?? ""));
  });

  test.each([
    ["a prefix", "gk_"],
    ["a short one", "gk_x"],
    ["one that nobody made", `gk_${"0".repeat(64)}`],
    ["a long one", `gk_${"a".repeat(5_000)}`],
    ["bytes that are no text", "gk_\xe9\xff"],
  ])("R-10 %s is nobody's key", async (_name, access_token) => {
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await fetch(`${system.url}/api/auth/me`, { headers })).status).toBe(401);
  });
});
