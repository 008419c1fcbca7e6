/**
 * Walks the policy registry (R-04, R-10, R-15): every route and action × every kind of caller × own, foreign and unknown
 * organisations, and every identifier of another tenant in every field that takes one. What is expected comes from the
 * registry, so an entry that is added is tested by being there.
 */
import { once } from "node:events";
import { socketUrl } from "@sallyport/client";
import {
  ACTION_ENDPOINTS,
  authApi,
  authKeyApi,
  desktopApi,
  deviceApi,
  ENDPOINTS,
  encodeFrame,
  execApi,
  FEATURE_REFUSALS,
  FRAME_SENDERS,
  FrameKind,
  isAdminRole,
  nodeAdminApi,
  OPEN_PATHS,
  organisationApi,
  type Right,
  ROUTES,
  type Role,
  type RoutePolicy,
  SHELL_SUBPROTOCOL,
  SHELL_TOKEN_SUBPROTOCOL_PREFIX,
  SOCKETS,
  STREAM_CHALLENGE_HEADER,
  TABLES,
  type TablePolicy,
} from "@sallyport/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import type { ApiKeyHolder } from "../harness/control-plane.ts";
import { anyDatabase } from "../harness/postgres.ts";
import { type JsonSchema, sampleOf } from "../harness/schema-values.ts";
import { OWNER, type Person, type RunningAgent, System } from "../harness/system.ts";

const CRON_SECRET = "a-cron-secret-of-some-length";
const UNKNOWN = "00000000-0000-4000-8000-00000000abcd";

/** A way to call, and what it proves. */
interface Caller {
  name: string;
  token: string | undefined;
  person: Person | undefined;
  /** In the organisation of the tests. */
  role: Role | undefined;
  isStranger: boolean;
  isKey: boolean;
}

const CALLERS = [
  "nobody",
  "garbage",
  "an algorithm of none",
  "an expired token",
  "a token of a sign-in that ended",
  "a refresh token",
  "a node key",
  "an auth key",
  "a shell token",
  "a member",
  "an auditor",
  "an admin",
  "the owner",
  "an owner of another organisation",
  "an admin's API key",
  "a member's API key",
  "the owner's API key of the role member",
  "an API key of somebody who was degraded",
  "a revoked API key",
  "an expired API key",
  "an API key of somebody who left",
  "an API key of another organisation",
] as const;

const RIGHTS: Record<Right, (role: Role | undefined) => boolean> = {
  member: (role) => role !== undefined,
  auditor: (role) => role === "auditor" || isAdminRole(role),
  admin: isAdminRole,
  owner: (role) => role === "owner",
};

let system: System;
let agent: RunningAgent;
let stranger: Person;
const callers = new Map<string, Caller>();
/** What the other tenant has, by the fields that could name it. */
let foreign: Record<string, string>;
/** What no answer to anybody else may hold. */
const theirs: string[] = [];

beforeAll(async () => {
  // A genuine token whose time is over: from this very server, when its tokens lived for two seconds.
  system = await System.start({
    ...(await anyDatabase()),
    CRON_SECRET,
    HEARTBEAT_TIMEOUT_SECONDS: "600",
    ENFORCE_EXPIRY_SECONDS: "0",
  });
  await system.server.stop();
  await system.startServer({ ACCESS_TOKEN_SECONDS: "1" });
  const { access_token: expired } = await system.signIn(OWNER.email, OWNER.password);
  await system.server.stop();
  await system.startServer();
  system.owner = await system.signIn(OWNER.email, OWNER.password);

  stranger = await system.tenant();
  const machine = await system.register("theirs-machine", stranger);
  const key = await system.authKey({ name: "theirs-key" }, stranger);
  const org_id = stranger.orgId;
  const node = await stranger.api.act(nodeAdminApi, "create", { org_id, kind: "hub", name: "theirs-node" });
  const desktop = await stranger.api.act(desktopApi, "initiate", {
    org_id,
    machine_id: machine.machine_id,
    session_type: "admin",
  });
  const run = { machine_ids: [machine.machine_id], command: "id" };
  const { run_id } = await stranger.api.act(execApi, "create", { org_id, ...run });
  foreign = {
    run_id,
    machine_id: machine.machine_id,
    viewer_machine_id: machine.machine_id,
    resource_id: machine.machine_id,
    node_id: node.id,
    session_id: desktop.session_id,
    key_id: key.id,
    user_id: stranger.user.id,
  };
  // Not the person's name: he was one of ours once, as our own log says.
  theirs.push("theirs-", machine.node_key, machine.machine_secret, key.key, node.token, org_id);

  agent = await system.startAgent("ours");
  const gone = await system.signIn(OWNER.email, OWNER.password);
  await gone.api.call(authApi.logout, {});
  const [member, auditor, admin] = [
    await system.person("member"),
    await system.person("auditor"),
    await system.person("admin"),
  ];
  const expiredKey = await system.apiKey({ role: "admin" });
  await system.sql(`UPDATE sign_ins SET expires_at = now() WHERE id = '${expiredKey.keyId}'`);
  const revokedKey = await system.apiKey({ role: "admin" });
  const { orgId } = system.owner;
  await system.owner.api.act(authKeyApi, "revoke_api_key", { org_id: orgId, key_id: revokedKey.keyId });
  const [degraded, left] = [await system.person("admin"), await system.person("admin")];
  const [degradedKey, leftKey] = [await system.apiKey({}, degraded), await system.apiKey({}, left)];
  await system.owner.api.act(organisationApi, "set_role", { org_id: orgId, user_id: degraded.user.id, role: "member" });
  await system.owner.api.act(organisationApi, "remove_member", { org_id: orgId, user_id: left.user.id });
  const known: Record<(typeof CALLERS)[number], string | undefined | Person> = {
    nobody: undefined,
    garbage: "invalid.token.here",
    "an algorithm of none": unsigned(system.owner.access_token),
    "an expired token": expired,
    "a token of a sign-in that ended": gone.access_token,
    "a refresh token": system.owner.refresh_token,
    "a node key": (await system.register("a-machine")).node_key,
    "an auth key": (await system.authKey()).key,
    "a shell token": (await system.createSession(agent.machine.id)).token,
    "a member": member,
    "an auditor": auditor,
    "an admin": admin,
    "the owner": system.owner,
    "an owner of another organisation": stranger,
    "an admin's API key": await system.apiKey({}, admin),
    "a member's API key": await system.apiKey({}, member),
    "the owner's API key of the role member": await system.apiKey({ role: "member" }),
    "an API key of somebody who was degraded": { ...degradedKey, role: "member" } as ApiKeyHolder,
    "a revoked API key": revokedKey.access_token,
    "an expired API key": expiredKey.access_token,
    "an API key of somebody who left": leftKey.access_token,
    "an API key of another organisation": await system.apiKey({}, stranger),
  };
  for (const [name, proof] of Object.entries(known)) {
    const person = typeof proof === "object" ? proof : undefined;
    const isStranger = person?.orgId === stranger.orgId;
    const key = person && "keyId" in person ? (person as ApiKeyHolder) : undefined;
    const role = key?.role ?? person?.orgs.find(({ id }) => id === system.owner.orgId)?.role;
    callers.set(name, {
      name,
      token: typeof proof === "object" ? proof.access_token : proof,
      person,
      role: isStranger ? undefined : role,
      isStranger,
      isKey: key !== undefined,
    });
  }
});
afterAll(() => system.stop());

/** A token whose header says that it needs no signature. */
function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url");
  return `${header}.${token.split(".")[1]}.`;
}

const callerOf = (name: string): Caller => callers.get(name) as Caller;

interface Answer {
  status: number;
  code: string | undefined;
  data: unknown;
}

/** Calls; whatever comes back is none of our failures, and holds nothing of the other tenant's. */
async function call(
  caller: Caller,
  method: string,
  path: string,
  { query = {}, body }: { query?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(`${system.url}${path}?${new URLSearchParams(query)}`, {
    method,
    headers: {
      ...(caller.token !== undefined && { authorization: `Bearer ${caller.token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const what = `${caller.name}: ${method} ${path} ${JSON.stringify(body ?? query)} → ${response.status} ${text.slice(0, 300)}`;
  expect(response.status, what).toBeLessThan(500);
  const asked = JSON.stringify({ query, body });
  for (const secret of caller.isStranger ? [] : theirs.filter((each) => !asked.includes(each))) {
    expect(text, what).not.toContain(secret);
  }
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  const parsed = isJson ? (JSON.parse(text) as { data: unknown; error: { code: string } | null }) : undefined;
  return { status: response.status, code: parsed?.error?.code, data: parsed?.data };
}

const schemaOf = (type: z.ZodType) => z.toJSONSchema(type, { io: "input", unrepresentable: "any" }) as JsonSchema;

/** A body that passes the contract; its identifiers name nothing. */
function bodyOf({ path, method, action }: RoutePolicy): Record<string, unknown> | undefined {
  if (action !== null) {
    const spec = ACTION_ENDPOINTS.find((endpoint) => endpoint.path === path)?.actions[action];
    return { action, ...(spec && (sampleOf(schemaOf(spec.input)) as object)) };
  }
  const spec = ENDPOINTS.find((endpoint) => endpoint.path === path && endpoint.method === method);
  return spec?.body && (sampleOf(schemaOf(spec.body)) as Record<string, unknown>);
}

const ORGS = ["own", "foreign", "unknown", "malformed", "missing"] as const;
const orgIdOf = (org: (typeof ORGS)[number]): string | undefined =>
  ({
    own: system.owner.orgId,
    foreign: stranger.orgId,
    unknown: UNKNOWN,
    malformed: "x' OR 1=1 --",
    missing: undefined,
  })[org];

function roleIn(org: (typeof ORGS)[number], { isStranger, role }: Caller): Role | undefined {
  if (org === "own") return role;
  return org === "foreign" && isStranger ? "owner" : undefined;
}

/** What the registry says must come of it: a status and a code, or undefined when the caller is let in. */
function refusalOf(
  { guard, credential }: RoutePolicy,
  caller: Caller,
  org: (typeof ORGS)[number],
): [number, string] | undefined {
  if (!caller.person) return [401, "UNAUTHORIZED"];
  if (credential === "person" && caller.isKey) return [403, "FORBIDDEN"];
  if (!guard) return undefined;
  if (org === "missing") return [400, "MISSING_FIELDS"];
  // An organisation that does not exist has no plan.
  if (guard.feature && (org === "unknown" || org === "malformed")) return [403, FEATURE_REFUSALS[guard.feature]];
  return RIGHTS[guard.right](roleIn(org, caller)) ? undefined : [403, "FORBIDDEN"];
}

const nameOf = ({ method, path, action }: RoutePolicy) => `${method} ${path}${action === null ? "" : ` ${action}`}`;
const forPeople = ROUTES.filter(
  ({ credential, path }) => (credential === "user" || credential === "person") && !path.startsWith("/api/db"),
);

describe.each(forPeople.map((policy) => [nameOf(policy), policy] as const))("R-10 R-15 %s", (_, policy) => {
  test.each(CALLERS)("%s", async (name) => {
    for (const org of policy.guard ? ORGS : (["own"] as const)) {
      let caller = callerOf(name);
      // Its success would end the sign-in that all the others use.
      if (policy.path === authApi.logout.path && caller.person && !caller.isKey) {
        const { email } = caller.person.user;
        if (email !== OWNER.email) continue;
        caller = { ...caller, token: (await system.signIn(OWNER.email, OWNER.password)).access_token };
      }
      const orgId = orgIdOf(org);
      const named = orgId === undefined ? {} : { org_id: orgId };
      const { org_id: _own, ...fields } = bodyOf(policy) ?? {};
      const answer =
        policy.method === "GET"
          ? await call(caller, "GET", policy.path, { query: named })
          : await call(caller, policy.method, policy.path, { body: { ...fields, ...(policy.guard ? named : {}) } });
      const refusal = refusalOf(policy, caller, org);
      if (refusal) expect([org, answer.status, answer.code]).toEqual([org, ...refusal]);
      else expect(answer.status, `${org} ${answer.code}`).not.toBe(401);
    }
  });
});

/** What is called an id and names nothing that exists: each organisation has its own. */
const LABELS = ["agent_id"];

describe("R-10 what belongs to another tenant is as if it did not exist", () => {
  const cases = forPeople.flatMap((policy) => {
    const spec = ACTION_ENDPOINTS.find(({ path }) => path === policy.path)?.actions[policy.action ?? ""];
    const names = (field: string) => field.endsWith("_id") && field !== "org_id" && !LABELS.includes(field);
    const fields = Object.keys(spec?.input.shape ?? {}).filter(names);
    return policy.guard ? fields.map((field) => [`${nameOf(policy)}: ${field}`, policy, field] as const) : [];
  });

  test.each(cases)("%s", async (_name, policy, field) => {
    const before = await digest();
    const owner = callerOf("the owner");
    const isTheirs = foreign[field];
    expect(isTheirs, `no foreign ${field} in this test`).toBeDefined();
    // Whatever else must exist does.
    const ours = { machine_id: agent.machine.id, user_id: system.owner.user.id };
    const given = { ...bodyOf(policy), ...pick(ours, bodyOf(policy) ?? {}), org_id: system.owner.orgId };
    const withTheirs = await call(owner, "POST", policy.path, { body: { ...given, [field]: isTheirs } });
    const withNothing = await call(owner, "POST", policy.path, { body: { ...given, [field]: UNKNOWN } });
    expect([withTheirs.status, withTheirs.code]).toEqual([withNothing.status, withNothing.code]);
    expect(await digest()).toBe(before);
  });

  const pick = (from: Record<string, string>, like: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(from).filter(([name]) => name in like));

  /** Everything that the other tenant has, in one number. */
  async function digest(): Promise<string> {
    const tables = ["machines", "auth_keys", "org_members", "acl_rules", "remote_desktop_sessions"];
    const all = tables.map(
      (table) => `SELECT row_to_json(t)::text AS r FROM ${table} t WHERE org_id = '${stranger.orgId}'`,
    );
    const [row] = await system.sql(
      `SELECT md5(string_agg(r, '|' ORDER BY r)) AS digest FROM (${all.join(" UNION ALL ")}) x`,
    );
    return String(row?.digest);
  }
});

describe.each(Object.entries(TABLES) as [string, TablePolicy][])("R-12 T1.1 /api/db/%s", (table, policy) => {
  test.each(CALLERS)("%s", async (name) => {
    const caller = callerOf(name);
    for (const org of ["own", "foreign", "unknown", "malformed"] as const) {
      const role = roleIn(org, caller);
      for (const org_id of [orgIdOf(org), `eq.${orgIdOf(org)}`].filter((each) => each !== undefined)) {
        const read = await call(caller, "GET", `/api/db/${table}`, { query: { org_id } });
        if (!caller.person) expect([read.status, read.code]).toEqual([401, "UNAUTHORIZED"]);
        else if (role === undefined) expect([read.status, read.data]).toEqual([200, []]);
        else if (RIGHTS[policy.read](role) || policy.own) expect(read.status).toBe(200);
        else expect([read.status, read.code]).toEqual([403, "FORBIDDEN"]);
        for (const row of (read.data ?? []) as Record<string, unknown>[]) {
          expect(row.org_id).toBe(orgIdOf(org));
          expect(Object.keys(row).filter((column) => !policy.columns.includes(column))).toEqual([]);
          if (policy.own && !RIGHTS[policy.read](role)) expect(row[policy.own]).toBe(caller.person?.user.id);
        }
      }
      for (const method of ["POST", "PATCH", "DELETE"]) {
        const query = { org_id: orgIdOf(org) ?? "", ...(method !== "POST" && { id: UNKNOWN }) };
        const body = { org_id: orgIdOf(org), action: "allow", source: "*", destination: `nowhere-${name}` };
        const written = await call(caller, method, `/api/db/${table}`, {
          query: method === "POST" ? {} : query,
          body: method === "POST" ? body : method === "PATCH" ? { description: "x" } : {},
        });
        if (!caller.person) expect([method, written.status]).toEqual([method, 401]);
        else if (role === undefined) expect([method, written.status]).toEqual([method, 403]);
        else if (!policy.write || !RIGHTS[policy.write.right](role)) expect([400, 403]).toContain(written.status);
        else expect([method, written.status]).toEqual([method, 200]);
      }
    }
  });
});

describe("calls without a person", () => {
  const nodes = ROUTES.filter(({ credential, action }) => credential === "node" && action !== null);
  test.each(nodes.map((policy) => [nameOf(policy), policy] as const))("X-20 RD-022 %s", async (_name, policy) => {
    const { node_key: _none, ...body } = bodyOf(policy) ?? {};
    for (const name of CALLERS) {
      const caller = callerOf(name);
      expect((await call(caller, "POST", policy.path, { body })).status).toBe(401);
      const strangers = await call(caller, "POST", policy.path, { body: { ...body, node_key: "0".repeat(64) } });
      expect([strangers.status, strangers.code]).toEqual([403, "FORBIDDEN"]);
    }
    const node_key = callerOf("a node key").token;
    const nobody = callerOf("nobody");
    const known = await call(nobody, "POST", policy.path, { body: { ...body, node_key } });
    expect([known.status, known.code]).toEqual([404, "NOT_FOUND"]);
    const others = await call(nobody, "POST", policy.path, {
      body: { ...body, node_key, session_id: foreign.session_id },
    });
    expect([others.status, others.code]).toEqual([404, "NOT_FOUND"]);
  });

  test.each(CALLERS)("X-24 enforce-key-expiry, by %s", async (name) => {
    const caller = callerOf(name);
    // Whoever made an organisation in a test above is its owner now.
    const me = caller.person && (await caller.person.api.call(authApi.me, {}));
    const isAdmin = me?.orgs.some(({ role }) => isAdminRole(role)) ?? false;
    const answer = await call(caller, "POST", "/api/enforce-key-expiry", { body: {} });
    expect(answer.status).toBe(isAdmin ? 200 : 401);
  });

  test("a sign-in in the browser is begun by anybody, and tells nobody anything", async () => {
    for (const name of CALLERS) {
      const answer = await call(callerOf(name), "POST", deviceApi.start.path, { body: {} });
      expect(answer.status).toBe(201);
      const { device_code } = answer.data as { device_code: string };
      const asked = await call(callerOf(name), "POST", deviceApi.token.path, { body: { device_code } });
      expect([asked.status, asked.code]).toEqual([400, "SIGN_IN_PENDING"]);
    }
  });

  const open = ROUTES.filter(({ credential, path }) => credential === "none" && path !== deviceApi.start.path);
  test.each(open.map((policy) => [nameOf(policy), policy] as const))(
    "%s tells nobody anything",
    async (_name, policy) => {
      for (const name of CALLERS) {
        const answer = await call(callerOf(name), policy.method, policy.path, { body: bodyOf(policy) });
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    },
  );
});

describe("what anybody may read", () => {
  test.each(OPEN_PATHS.filter((path) => !path.includes("*")))(
    "%s is there for everybody, and the same",
    async (path) => {
      for (const name of CALLERS) expect((await call(callerOf(name), "GET", path)).status).toBe(200);
    },
  );
});

describe("sockets", () => {
  /** 101 when the handshake succeeds, otherwise the refusal's status. */
  function handshake(path: string, params: Record<string, string>, token: string | undefined): Promise<number> {
    const headers = {
      // What a stream asks for before it looks at the token.
      [STREAM_CHALLENGE_HEADER]: "0".repeat(64),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const socket = new WebSocket(socketUrl(system.url, path, params), { headers });
    return new Promise((resolve, reject) => {
      socket.once("open", () => {
        socket.terminate();
        resolve(101);
      });
      socket.once("unexpected-response", (_request, response) => {
        socket.terminate();
        resolve(response.statusCode ?? 0);
      });
      socket.on("error", (error) =>
        /unexpected|before the connection/i.test(error.message) ? undefined : reject(error),
      );
    });
  }

  describe.each(SOCKETS.map((policy) => [policy.path, policy] as const))("R-04 %s", (path, { credential, guard }) => {
    test.each(CALLERS)("%s", async (name) => {
      const caller = callerOf(name);
      for (const org of ["own", "foreign", "unknown"] as const) {
        const params = { org_id: orgIdOf(org) ?? "", machine_id: agent.machine.id };
        const status = await handshake(path, params, caller.token);
        // A machine's link takes its own machine's key, whatever else the address says.
        if (credential === "node") expect(status).toBe(name === "a node key" ? 101 : 401);
        else if (credential === "stream" || !caller.person) expect(status).toBe(401);
        else if (!RIGHTS[guard?.right ?? "owner"](roleIn(org, caller))) expect(status).toBe(403);
        // A shell also takes a shell token, and a machine of that organisation.
        else if (guard?.feature) expect(status).toBe(org === "own" ? 401 : 404);
        else expect(status).toBe(101);
      }
    });
  });

  const wrong = Object.entries(FRAME_SENDERS).filter(([, sender]) => sender !== "viewer");
  test.each(wrong)("R-20 a viewer that sends the frame %s, which is the %s's, is cut off", async (name) => {
    const { token } = await system.createSession(agent.machine.id);
    const params = { org_id: system.owner.orgId, machine_id: agent.machine.id };
    const socket = new WebSocket(
      socketUrl(system.url, "/api/remote-shell/ws", params),
      [SHELL_SUBPROTOCOL, `${SHELL_TOKEN_SUBPROTOCOL_PREFIX}${token}`],
      { headers: { authorization: `Bearer ${system.owner.access_token}` } },
    );
    await once(socket, "message");
    const closed = once(socket, "close");
    socket.send(encodeFrame({ kind: FrameKind[name as keyof typeof FrameKind], epoch: 1, offset: 0 }));
    expect((await closed)[0]).toBe(4400);
    await system.endSessions();
  });
});
