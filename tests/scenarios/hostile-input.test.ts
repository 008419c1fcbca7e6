/** What a stranger can send: to every endpoint and every socket that exists, from the contracts and not from a list. */
import { randomBytes } from "node:crypto";
import net from "node:net";
import {
  ACTION_ENDPOINTS,
  deviceApi,
  ENDPOINTS,
  ERRORS,
  HTTP_BODY_BYTES,
  LINK_PATH,
  shellApi,
  VIEWER_MESSAGE_BYTES,
} from "@sallyport/protocol";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { anyDatabase } from "../harness/postgres.ts";
import { type Person, type RunningAgent, System } from "../harness/system.ts";
import { FramedPerson, handshake, ticketFor } from "../harness/viewer.ts";

let system: System;
let agent: RunningAgent;
let tenant: Person;

beforeAll(async () => {
  system = await System.start(await anyDatabase());
  agent = await system.startAgent("Linux-C");
  tenant = await system.tenant();
});
// A framed viewer that leaves only lets go.
afterEach(() => system.endSessions());
afterAll(() => system.stop());

interface Answer {
  status: number;
  body: { success: boolean; error: { code: string; message: string } | null };
}

async function send(
  method: string,
  path: string,
  { token, body, headers = {} }: { token?: string | undefined; body?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(system.url + path, {
    method,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

/** Every refusal is ours: an envelope with a code of the catalogue, its status, and no more. */
function expectRefusal({ status, body }: Answer): void {
  expect(body).toMatchObject({
    success: false,
    data: null,
    error: { code: expect.any(String), message: expect.any(String) },
  });
  const code = body.error?.code ?? "";
  expect(Object.keys(ERRORS)).toContain(code);
  expect(code).not.toBe("INTERNAL_ERROR");
  expect(status).toBe(ERRORS[code as keyof typeof ERRORS].http);
}

const actionCalls = ACTION_ENDPOINTS.flatMap(({ path, actions }) =>
  Object.entries(actions).map(([action, { input }]) => ({ path, action, fields: Object.keys(input.shape) })),
);
const userEndpoints = ENDPOINTS.filter(({ credential }) => credential === "user" || credential === "person");

describe("without a credential", () => {
  test.each([
    ...userEndpoints.map(({ method, path }) => [method, path]),
    ...ACTION_ENDPOINTS.map(({ path }) => ["POST", path]),
  ])("%s %s is UNAUTHORIZED", async (method, path) => {
    const answer = await send(method, path.replace(":table", "machines"), method === "GET" ? {} : { body: "{}" });
    expect([answer.status, answer.body.error?.code]).toEqual([401, "UNAUTHORIZED"]);
  });
});

describe("R-04 a credential in the wrong place", () => {
  test("a node key, a refresh token, a shell token and an auth key are no access tokens", async () => {
    const { node_key } = await system.register("Linux-K");
    const { key } = await system.authKey();
    const { token } = await system.createSession(agent.machine.id);
    for (const wrong of [node_key, key, token, system.owner.refresh_token]) {
      expect((await send("GET", "/api/auth/me", { token: wrong })).status).toBe(401);
      const url = `${system.url.replace("http", "ws")}/api/live?org_id=${system.owner.orgId}`;
      expect(await handshake(url, { headers: { authorization: `Bearer ${wrong}` } })).toMatchObject({ status: 401 });
    }
  });

  test("an access token, an auth key and a shell token are no node keys", async () => {
    const { key } = await system.authKey();
    const { token } = await system.createSession(agent.machine.id);
    for (const wrong of [system.owner.access_token, key, token, "", "x"]) {
      const url = system.url.replace("http", "ws") + LINK_PATH;
      expect(await handshake(url, { headers: { authorization: `Bearer ${wrong}` } })).toMatchObject({ status: 401 });
      const answer = await send("POST", "/api/machine-heartbeat", { body: JSON.stringify({ node_key: wrong }) });
      expect([400, 401]).toContain(answer.status);
    }
  });
});

describe("R-10 another organisation's ids", () => {
  test.each(actionCalls.filter(({ fields }) => fields.includes("org_id")))(
    "$path $action is refused in an organisation that is not the caller's",
    async ({ path, action }) => {
      const body = {
        action,
        org_id: system.owner.orgId,
        machine_id: agent.machine.id,
        user_id: system.owner.user.id,
        name: "x",
        email: "x@example.com",
        role: "member",
        plan: "free",
        key_id: randomUuid(),
        session_enabled: false,
      };
      const answer = await send("POST", path, { token: tenant.access_token, body: JSON.stringify(body) });
      expect(answer.status).toBe(403);
    },
  );

  test("sessions of another organisation's machine are on no list of one's own", async () => {
    const person = new FramedPerson(await ticketFor(system, agent.machine.id));
    await person.attached;
    const which = { org_id: tenant.orgId, machine_id: agent.machine.id };
    expect(await tenant.api.act(shellApi, "list_sessions", which)).toEqual({ sessions: [] });
  });

  test.each(["machines", "auth_keys", "org_members", "audit_logs"])(
    "T1.1 /api/db/%s shows nothing of another organisation",
    async (table) => {
      const mine = system.owner.orgId;
      const queries = [
        `org_id=${mine}`,
        `org_id=eq.${mine}`,
        `org_id=in.(${mine},${tenant.orgId})`,
        `org_id=neq.${tenant.orgId}`,
        `or=(org_id.eq.${mine})&org_id=${tenant.orgId}`,
        `org_id=${tenant.orgId}&org_id=${mine}`,
        `ORG_ID=${mine}`,
        `org_id[]=${mine}`,
        `id=eq.${agent.machine.id}&org_id=${tenant.orgId}`,
        "",
      ];
      for (const query of queries) {
        const response = await fetch(`${system.url}/api/db/${table}?${query}`, {
          headers: { authorization: `Bearer ${tenant.access_token}` },
        });
        const text = await response.text();
        expect([query, response.status < 500, text.includes(mine)]).toEqual([query, true, false]);
      }
    },
  );

  test("R-13 the live socket tells nothing of another organisation", async () => {
    const url = `${system.url.replace("http", "ws")}/api/live?org_id=`;
    const headers = { authorization: `Bearer ${tenant.access_token}` };
    expect(await handshake(url + system.owner.orgId, { headers })).toMatchObject({ status: 403 });
    const own = await handshake(url + tenant.orgId, { headers });
    if (!own.open) throw new Error("our own was refused");
    const heard: string[] = [];
    own.socket.on("message", (data) => heard.push(String(data)));
    for (let n = 0; n < 20; n++) await system.register(`Noise-${n}`);
    await system.register("Ours", tenant);
    await system.until(() => heard.length > 0, "our own event");
    expect(heard.filter((text) => text.includes("Noise"))).toEqual([]);
    own.socket.close();
  });
});

describe("nonsense", () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("' OR 1=1 --", "\u0000", "../../etc/passwd", "__proto__", "{{7*7}}", "\u202e"),
  );
  const anyValue = fc.oneof(anyText, fc.jsonValue(), fc.constant(null), fc.double());

  test.each(actionCalls)(
    "F-18 $path $action answers every body in the catalogue's words",
    async ({ path, action, fields }) => {
      const anyBody = fc.record(
        Object.fromEntries(
          fields.map((field) => [
            field,
            field === "org_id" ? fc.oneof(fc.constant(system.owner.orgId), anyValue) : anyValue,
          ]),
        ),
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(anyBody, async (fields) => {
          const answer = await send("POST", path, {
            token: tenant.access_token,
            body: JSON.stringify({ ...fields, action }),
          });
          if (!answer.body.success) expectRefusal(answer);
        }),
        { numRuns: 40 },
      );
    },
  );

  test.each(ENDPOINTS.filter(({ body }) => body))(
    "F-18 $method $path answers every body in the catalogue's words",
    async ({ method, path, body }) => {
      const fields = Object.keys((body as { shape?: object }).shape ?? { org_id: {}, id: {}, _filters: {}, name: {} });
      await fc.assert(
        fc.asyncProperty(
          fc.record(Object.fromEntries(fields.map((field) => [field, anyValue])), { requiredKeys: [] }),
          async (fields) => {
            const answer = await send(method, path, { body: JSON.stringify(fields) });
            // The one call that takes a body of a stranger who proves nothing.
            const isTaken = path === deviceApi.start.path && deviceApi.start.body.safeParse(fields).success;
            if (isTaken) expect(answer.status).toBe(201);
            else expectRefusal(answer);
          },
        ),
        { numRuns: 15 },
      );
    },
  );

  test("T1.6 T1.9 every query of /api/db is answered or refused, never failed", async () => {
    const anyQuery = fc.array(
      fc.tuple(
        fc.oneof(
          fc.constantFrom(
            "id",
            "name",
            "status",
            "last_seen",
            "ephemeral",
            "seq",
            "metadata",
            "select",
            "order",
            "limit",
            "offset",
          ),
          anyText,
        ),
        anyText,
      ),
      { maxLength: 4 },
    );
    const anyTable = fc.oneof(
      fc.constantFrom("machines", "auth_keys", "org_members", "audit_logs"),
      fc.constantFrom("users", "pg_catalog.pg_user", "users;--", "machines%00", "constructor"),
    );
    await fc.assert(
      fc.asyncProperty(anyTable, anyQuery, async (table, pairs) => {
        const query = new URLSearchParams([["org_id", system.owner.orgId], ...pairs]);
        const response = await fetch(`${system.url}/api/db/${encodeURIComponent(table)}?${query}`, {
          headers: { authorization: `Bearer ${system.owner.access_token}` },
        });
        expect([table, String(query), response.status < 500]).toEqual([table, String(query), true]);
        expect(await response.text()).not.toMatch(/key_hash|token_hash|password|secret_key/);
      }),
      { numRuns: 150 },
    );
  });

  test("R-39 a body over the limit is PAYLOAD_TOO_LARGE", async () => {
    const answer = await send("POST", "/api/auth/login", {
      body: JSON.stringify({ email: "x".repeat(HTTP_BODY_BYTES) }),
    });
    expect([answer.status, answer.body.error?.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });

  test("T2.9 a form, as another site could post it, is no request", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const answer = await send("POST", "/api/auth/login", {
        body: '{"email":"a@b","password":"c"}',
        headers: { "content-type": type },
      });
      expect([answer.status, answer.body.error?.code]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
    }
  });

  test("R-03 GET changes nothing, on any path that takes POST", async () => {
    for (const path of [
      ...ENDPOINTS.filter(({ method }) => method === "POST").map(({ path }) => path),
      ...ACTION_ENDPOINTS.map(({ path }) => path),
    ]) {
      expectRefusal(await send("GET", path, { token: system.owner.access_token }));
    }
  });

  test("R-06 nothing outside the dashboard's files is served", async () => {
    const paths = [
      "/../package.json",
      "/..%2fpackage.json",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/assets/../../package.json",
      "/assets/..%5c..%5cpackage.json",
      "/.env",
      "/data/session-token-secret",
      "//etc/passwd",
    ];
    for (const path of paths) {
      const [head = "", body = ""] = (
        await rawHttp(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      ).split("\r\n\r\n", 2);
      expect(head).toMatch(/^HTTP\/1\.1 (40[0-9]|200)/);
      expect(body).not.toMatch(/root:|"private": true|[0-9a-f]{64}/);
    }
  });
});

describe("sockets", () => {
  test("R-36 an oversized message ends the viewer's socket and nothing else", async () => {
    const person = new FramedPerson(await ticketFor(system, agent.machine.id));
    await person.attached;
    person.socket.send(Buffer.alloc(VIEWER_MESSAGE_BYTES + 1));
    expect((await person.ended).closeCode).toBe(1009);
    expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
  });

  test("R-36 F-17 malformed frames end the socket they came on, and the server lives", async () => {
    const lengths = [0, 1, 125, 126, 127];
    for (let n = 0; n < 120; n++) {
      const { baseUrl, accessToken, orgId, machineId, shellToken } = await ticketFor(system, agent.machine.id);
      const query = `token=${accessToken}&org_id=${orgId}&machine_id=${machineId}&shell_token=${shellToken}`;
      const socket = net.connect(Number(new URL(baseUrl).port), "127.0.0.1");
      socket.on("error", () => {});
      socket.write(upgradeRequest(`/api/remote-shell/ws?${query}`));
      await new Promise((resolve) => socket.once("data", resolve));
      const header = Buffer.from([n * 2 + (n & 1), lengths[n % lengths.length] ?? 0]);
      socket.write(Buffer.concat([header, randomBytes(n % 40)]));
      socket.end();
      await new Promise((resolve) => socket.once("close", resolve));
    }
    expect((await fetch(`${system.url}/readyz`)).status).toBe(200);
  });

  test("frames of the wrong side or with a hole close the session with a protocol error", async () => {
    for (const frame of [
      `0102000000000001${"0".repeat(16)}`,
      "01040000" + "00000001" + "00000000000000ff" + "61",
      "01030000" + "00000001" + "00000000ffffffff",
      "ff",
    ]) {
      const person = new FramedPerson(await ticketFor(system, agent.machine.id));
      await person.attached;
      person.socket.send(Buffer.from(frame, "hex"));
      expect([frame, (await person.ended).closeCode]).toEqual([frame, ERRORS.PROTOCOL_ERROR.close]);
    }
  });

  test("R-37 sockets that never finish are closed, and a sign-in gets through meanwhile", async () => {
    const silent = Array.from({ length: 200 }, (_, n) => {
      const socket = net.connect(system.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.resume();
      if (n % 2) socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
      return new Promise((resolve) => socket.once("close", resolve));
    });
    await expect(system.signIn("owner@example.com", "correct horse battery")).resolves.toBeDefined();
    await Promise.all(silent);
  });

  test("T3 a link that says nothing, or nonsense, is closed with a reason", async () => {
    const { node_key } = await system.register("Linux-L");
    const connect = () =>
      new WebSocket(system.url.replace("http", "ws") + LINK_PATH, { headers: { authorization: `Bearer ${node_key}` } });
    const hello = {
      type: "hello",
      protocol: 99,
      version: "1",
      hostname: "h",
      os: "linux",
      challenge: "0".repeat(64),
      host_id: randomUuid(),
      sessions: [],
    };
    for (const [message, code] of [
      ["not json", 4400],
      [JSON.stringify({ type: "heartbeat" }), 4400],
      [JSON.stringify({ type: "hello" }), 4400],
      [JSON.stringify(hello), ERRORS.UPGRADE_REQUIRED.close],
      ["x".repeat(300_000), 1009],
      [null, 4400],
    ] as const) {
      const socket = connect();
      const closed = new Promise<number>((resolve) => socket.once("close", resolve));
      await new Promise((resolve) => socket.once("open", resolve));
      if (message !== null) socket.send(message);
      expect([message?.slice(0, 20), await closed]).toEqual([message?.slice(0, 20), code]);
    }
  });

  test("R-21 T3.8 an agent cannot end, or claim, another machine's session", async () => {
    const person = new FramedPerson(await ticketFor(system, agent.machine.id));
    const { session_id } = await person.attached;
    const other = await system.register("Linux-M");
    const socket = new WebSocket(system.url.replace("http", "ws") + LINK_PATH, {
      headers: { authorization: `Bearer ${other.node_key}` },
    });
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(
      JSON.stringify({
        type: "hello",
        protocol: 1,
        version: "1",
        hostname: "h",
        os: "linux",
        challenge: "0".repeat(64),
        host_id: randomUuid(),
        sessions: [{ session_id, epoch: 9, base: 0, end: 0, in_next: 0 }],
      }),
    );
    await new Promise((resolve) => socket.once("message", resolve));
    socket.send(JSON.stringify({ type: "session_ended", session_id, exit: { exit_code: 0, signal: null } }));
    socket.send(JSON.stringify({ type: "refused", session_id, code: "NO_SUCH_SESSION", epoch: 1, reason: "because" }));
    person.type("echo still-$((1+1))-here\r");
    await person.screen.shows(/still-2-here/);
    person.stream.close();
    socket.close();
  });

  test("R-21 a machine's reason in any script and length ends its own session, and not the server", async () => {
    const hostile = await system.register("Linux-N");
    const link = new WebSocket(system.url.replace("http", "ws") + LINK_PATH, {
      headers: { authorization: `Bearer ${hostile.node_key}` },
    });
    await new Promise((resolve) => link.once("open", resolve));
    const hello = { type: "hello", protocol: 1, version: "1", hostname: "h", os: "linux", challenge: "0".repeat(64) };
    link.send(JSON.stringify({ ...hello, host_id: randomUuid(), sessions: [] }));
    link.on("message", (data) => {
      const message = JSON.parse(String(data)) as { type: string; message?: { data: { sessionId: string } } };
      if (message.type !== "command") return;
      link.send(
        JSON.stringify({
          type: "refused",
          session_id: message.message?.data.sessionId,
          code: "CANNOT_SPAWN",
          epoch: 1,
          reason: "é".repeat(200),
        }),
      );
    });
    const person = new FramedPerson(await ticketFor(system, hostile.machine_id));
    expect(await person.ended).toMatchObject({ closeCode: 1011, exit: { code: "AGENT_LOST" } });
    expect((await fetch(`${system.url}/readyz`)).status).toBe(200);
    link.close();
  });

  test("a stream without a token of ours is refused", async () => {
    const url = `${system.url.replace("http", "ws")}/api/agent/stream`;
    const headers = { "x-sallyport-challenge": "0".repeat(64) };
    expect(await handshake(url, { headers })).toMatchObject({ status: 401 });
    expect(await handshake(url, { headers: { ...headers, authorization: `Bearer ${"0".repeat(64)}` } })).toMatchObject({
      status: 401,
    });
    expect(await handshake(url)).toMatchObject({ status: 400 });
  });
});

describe("R-41 secrets", () => {
  test("T2.5 none of this run's secrets is in the server's log", async () => {
    const typed = "typed-canary-31337";
    const person = new FramedPerson(await ticketFor(system, agent.machine.id));
    await person.attached;
    person.type(`# ${typed}\r`);
    await person.screen.shows(/typed-canary/);
    person.stream.close();
    const log = system.server.stdout + system.server.stderr;
    expect(log.length).toBeGreaterThan(1_000);
    expect(log).not.toContain(typed);
    expect(log).not.toMatch(/eyJ[\w-]+\.|tskey-auth-[0-9a-f]|shell_token=|correct horse/);
    expect(log).not.toContain(system.owner.refresh_token);
  });

  test("T2.10 every answer has the security headers, pages a strict policy", async () => {
    for (const path of ["/", "/machines", "/api/auth/me", "/healthz", "/api/docs", "/nothing.js"]) {
      const { headers } = await fetch(system.url + path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get("content-security-policy")).not.toMatch(/unsafe/);
    }
  });
});

const randomUuid = () => crypto.randomUUID();

const upgradeRequest = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n\r\n`;

function rawHttp(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(system.port, "127.0.0.1", () => socket.write(request));
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => resolve(Buffer.concat(chunks).toString()));
    socket.on("error", reject);
  });
}
