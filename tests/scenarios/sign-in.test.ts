/** Accounts, sign-ins and organisations: design.md section 7. */
import { createHmac } from "node:crypto";
import { HttpClient } from "@sallyport/client";
import { authApi, LOGIN_FAILURES, organisationApi } from "@sallyport/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { runProgram } from "../harness/programs.ts";
import { OWNER, System } from "../harness/system.ts";

let system: System;
beforeAll(async () => {
  system = await System.start({ TRUST_PROXY: "loopback" });
});
afterAll(() => system.stop());

const from = (ip: string) =>
  new HttpClient({
    baseUrl: system.url,
    fetch: (url, init) =>
      fetch(url as URL, { ...init, headers: { ...(init?.headers as Record<string, string>), "x-forwarded-for": ip } }),
  });
const login = (ip: string, email: string, password: string) =>
  from(ip).call(authApi.login, { body: { email, password } });
const refused = (code: string) => expect.objectContaining({ code });

describe("signing in", () => {
  test("gives tokens, the user, and the organisations with role and plan", async () => {
    const signIn = await login("192.0.2.1", OWNER.email, OWNER.password);
    expect(signIn).toMatchObject({
      expires_in: 86_400,
      user: { email: OWNER.email },
      orgs: [{ name: "default", role: "owner", plan: "enterprise" }],
    });
    const me = await system.as(signIn.access_token).call(authApi.me, {});
    expect(me).toEqual({ user: signIn.user, orgs: signIn.orgs });
  });

  test("RS-080 X-53 the token lives 24 hours and says who signed it", async () => {
    const [, payload = ""] = system.owner.access_token.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, number>;
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(86_400);
    expect(claims).toMatchObject({ iss: "sallyport", aud: "sallyport-api", sub: system.owner.user.id });
  });

  test("an e-mail address is the same in any case", async () => {
    expect((await login("192.0.2.2", OWNER.email.toUpperCase(), OWNER.password)).user.email).toBe(OWNER.email);
  });

  test("a wrong password and an unknown address are refused alike", async () => {
    const [wrong, unknown] = await Promise.allSettled([
      login("192.0.2.3", OWNER.email, "not the password"),
      login("192.0.2.3", "nobody@example.com", "not the password"),
    ]);
    expect(wrong).toMatchObject({ status: "rejected", reason: { code: "INVALID_CREDENTIALS", status: 401 } });
    expect(unknown).toMatchObject({ status: "rejected", reason: { code: "INVALID_CREDENTIALS", status: 401 } });
  });

  test("after ten failures an address has to wait, whatever account it tries", async () => {
    const ip = "198.51.100.1";
    for (let n = 0; n < LOGIN_FAILURES.count; n++) {
      await expect(login(ip, `user-${n}@example.com`, "wrong")).rejects.toThrow(refused("INVALID_CREDENTIALS"));
    }
    await expect(login(ip, OWNER.email, OWNER.password)).rejects.toThrow(refused("RATE_LIMITED"));
    await expect(login("198.51.100.2", OWNER.email, OWNER.password)).resolves.toBeDefined();
  });

  test("guesses at the same instant are counted before they are tried", async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => login("198.51.100.77", `guess-${n}@example.com`, "wrong")),
    );
    const tried = answers.filter(
      (answer) => answer.status === "rejected" && answer.reason.code === "INVALID_CREDENTIALS",
    );
    expect(tried).toHaveLength(LOGIN_FAILURES.count);
  });

  test("R-19 sallyport user set-password ends the shells and dashboards of every earlier sign-in", async () => {
    const person = await system.person("admin");
    const url = `${system.url.replace("http", "ws")}/api/live?org_id=${system.owner.orgId}`;
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${person.access_token}` } });
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("open", resolve));
    await runProgram(
      "sallyport",
      ["user", "set-password", person.user.email],
      { DATA_DIR: system.dataDir },
      "another one\n",
    );
    expect(await closed).toBe(4401);
  });

  test("after ten failures an account has to wait, whatever address they came from", async () => {
    const { user } = await system.person("member");
    for (let n = 0; n < LOGIN_FAILURES.count; n++) {
      await expect(login(`203.0.113.${n}`, user.email, "wrong")).rejects.toThrow(refused("INVALID_CREDENTIALS"));
    }
    await expect(login("203.0.113.99", user.email, "wrong")).rejects.toThrow(refused("RATE_LIMITED"));
  });
});

describe("refreshing", () => {
  const refresh = (refresh_token: string) => system.anonymous().call(authApi.refresh, { body: { refresh_token } });

  test("gives new tokens, once", async () => {
    const person = await system.person("member");
    const renewed = await refresh(person.refresh_token);
    expect(renewed.refresh_token).not.toBe(person.refresh_token);
    await expect(system.as(renewed.access_token).call(authApi.me, {})).resolves.toBeDefined();
  });

  test("a refresh token that is used twice ends the whole sign-in", async () => {
    const person = await system.person("member");
    const renewed = await refresh(person.refresh_token);
    await expect(refresh(person.refresh_token)).rejects.toThrow(refused("INVALID_TOKEN"));
    await expect(refresh(renewed.refresh_token)).rejects.toThrow(refused("INVALID_TOKEN"));
    await expect(system.as(renewed.access_token).call(authApi.me, {})).rejects.toThrow(refused("UNAUTHORIZED"));
  });

  test("R-17 of 20 refreshes at once with one token, at most one succeeds", async () => {
    const person = await system.person("member");
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => refresh(person.refresh_token)));
    expect(answers.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(1);
  });

  test("signing out ends both tokens at once", async () => {
    const person = await system.person("member");
    await person.api.call(authApi.logout, {});
    await expect(person.api.call(authApi.me, {})).rejects.toThrow(refused("UNAUTHORIZED"));
    await expect(refresh(person.refresh_token)).rejects.toThrow(refused("INVALID_TOKEN"));
  });
});

describe("R-05 forged tokens", () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const genuine = () => {
    const [header = "", payload = "", signature = ""] = system.owner.access_token.split(".");
    return { header, payload, signature, claims: JSON.parse(Buffer.from(payload, "base64url").toString()) as object };
  };
  const hs256 = (header: object, claims: object, key: string) => {
    const text = `${part(header)}.${part(claims)}`;
    return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
  };

  const forgeries: [string, () => string][] = [
    ...["none", "None", "nOnE", "HS512", "RS256", "", "ES256"].map(
      (alg) =>
        [
          `alg ${JSON.stringify(alg)}`,
          () => `${part({ alg, typ: "JWT" })}.${genuine().payload}.${genuine().signature}`,
        ] as [string, () => string],
    ),
    ["no signature", () => `${part({ alg: "none" })}.${genuine().payload}.`],
    ["an empty key", () => hs256({ alg: "HS256", typ: "JWT" }, genuine().claims, "")],
    ["a guessed key", () => hs256({ alg: "HS256", typ: "JWT" }, genuine().claims, "default-secret-change-me")],
    ["an embedded key", () => hs256({ alg: "HS256", jwk: { kty: "oct", k: "AAAA" } }, genuine().claims, "\0\0\0")],
    ["a kid that is a path", () => hs256({ alg: "HS256", kid: "../../dev/null" }, genuine().claims, "")],
    [
      "a changed user",
      () =>
        `${genuine().header}.${part({ ...genuine().claims, sub: "00000000-0000-4000-8000-000000000000" })}.${genuine().signature}`,
    ],
    ["ten thousand dots", () => ".".repeat(10_000)],
    ["a cut signature", () => system.owner.access_token.slice(0, -2)],
    ["a refresh token", () => system.owner.refresh_token],
  ];

  test.each(forgeries)("%s is UNAUTHORIZED", async (_, forge) => {
    await expect(system.as(forge()).call(authApi.me, {})).rejects.toThrow(refused("UNAUTHORIZED"));
  });
});

describe("organisations", () => {
  test("their maker is their owner", async () => {
    const tenant = await system.tenant("workforce");
    const { orgs } = await tenant.api.call(authApi.me, {});
    expect(orgs).toMatchObject([{ id: tenant.orgId, role: "owner", plan: "workforce" }]);
  });

  test("R-18 the last owner stays, however many try at once", async () => {
    const tenant = await system.tenant();
    const leave = () =>
      tenant.api.act(organisationApi, "set_role", { org_id: tenant.orgId, user_id: tenant.user.id, role: "member" });
    const answers = await Promise.allSettled(Array.from({ length: 10 }, leave));
    for (const answer of answers) expect(answer).toMatchObject({ status: "rejected", reason: { code: "LAST_OWNER" } });
  });

  test("an admin makes no owners, and no owner of himself", async () => {
    const admin = await system.person("admin");
    const org_id = system.owner.orgId;
    const promote = (user_id: string) => admin.api.act(organisationApi, "set_role", { org_id, user_id, role: "owner" });
    await expect(promote(admin.user.id)).rejects.toThrow(refused("FORBIDDEN"));
    await expect(
      admin.api.act(organisationApi, "add_member", {
        org_id,
        email: "x@example.com",
        password: "long enough",
        role: "owner",
      }),
    ).rejects.toThrow(refused("FORBIDDEN"));
    await expect(
      admin.api.act(organisationApi, "remove_member", { org_id, user_id: system.owner.user.id }),
    ).rejects.toThrow(refused("FORBIDDEN"));
    await expect(admin.api.act(organisationApi, "set_plan", { org_id, plan: "free" })).rejects.toThrow(
      refused("FORBIDDEN"),
    );
  });

  test("members are listed to members alone, with their address, their role and whether they can sign in", async () => {
    const tenant = await system.tenant();
    const org_id = tenant.orgId;
    const list = async (who = tenant) => (await who.api.act(organisationApi, "members", { org_id })).members;
    await tenant.api.act(organisationApi, "add_member", { org_id, email: "b.listed@example.com", role: "auditor" });
    const { user_id } = await tenant.api.act(organisationApi, "add_member", {
      org_id,
      email: "a.listed@example.com",
      password: "long enough",
      role: "member",
    });
    await system.sql(`UPDATE users SET disabled_at = now() WHERE id = '${user_id}' RETURNING id`);
    expect(await list()).toEqual([
      { user_id, email: "a.listed@example.com", role: "member", sign_in: "disabled", created_at: expect.any(String) },
      expect.objectContaining({ email: "b.listed@example.com", role: "auditor", sign_in: "no_password" }),
      expect.objectContaining({ user_id: tenant.user.id, role: "owner", sign_in: "ready" }),
    ]);
    // Whose account is switched off, or has no password, is for those who can do something about it.
    const auditor = await system.person("auditor");
    const seen = await auditor.api.act(organisationApi, "members", { org_id: auditor.orgId });
    expect(new Set(seen.members.map(({ sign_in }) => sign_in))).toEqual(new Set([null]));
    await expect(list(system.owner)).rejects.toThrow(refused("FORBIDDEN"));
  });

  test("the plans are what the table says now, and the organisation's is among them", async () => {
    const tenant = await system.tenant("business");
    const ask = () => tenant.api.act(organisationApi, "plans", { org_id: tenant.orgId });
    const desktop = ["remote_desktop"];
    const both = ["remote_management", "remote_desktop"];
    expect(await ask()).toEqual({
      current: "business",
      plans: [
        { plan: "free", features: [] },
        { plan: "starter", features: [] },
        { plan: "business", features: desktop },
        { plan: "workforce", features: both },
        { plan: "enterprise", features: both },
      ],
    });
    const give = (enabled: boolean) =>
      system.sql(
        `UPDATE plan_features SET enabled = ${enabled} WHERE plan = 'free' AND feature = 'remote_desktop' RETURNING plan`,
      );
    await give(true);
    await tenant.api.act(organisationApi, "set_plan", { org_id: tenant.orgId, plan: "free" });
    expect(await ask()).toMatchObject({
      current: "free",
      plans: [{ plan: "free", features: desktop }, {}, {}, {}, {}],
    });
    await give(false);
  });

  test("adding an existing account does not change its password", async () => {
    const tenant = await system.tenant();
    await tenant.api.act(organisationApi, "add_member", {
      org_id: tenant.orgId,
      email: OWNER.email,
      password: "attacker's choice",
      role: "member",
    });
    await expect(login("192.0.2.50", OWNER.email, "attacker's choice")).rejects.toThrow(refused("INVALID_CREDENTIALS"));
  });

  test("sallyport user set-password gives a lost account back and ends its sign-ins", async () => {
    const person = await system.person("member");
    const { status } = await runProgram(
      "sallyport",
      ["user", "set-password", person.user.email],
      { DATA_DIR: system.dataDir },
      "brand new password\n",
    );
    expect(status).toBe(0);
    await expect(person.api.call(authApi.me, {})).rejects.toThrow(refused("UNAUTHORIZED"));
    await expect(login("192.0.2.51", person.user.email, "brand new password")).resolves.toBeDefined();
  });
});
