/** Compiles and runs the examples of the README: an Express server, a WebSocket server and an agent, on real sockets. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Express } from "express";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { unpackReadme } from "./__tests__/readme.fixture.ts";
import type { SecureMessage, SecureRemoteTerminalService } from "./index.ts";
import { TOKEN_SECRET } from "./set-up.fixture.ts";

interface Pty {
  typed: string;
}
interface Agent {
  secret: string;
  send(message: SecureMessage): void;
}

const MACHINE_SECRET = "the secret of machine1";
const readme = unpackReadme();
/** Vitest's own gives up after a second, which a busy machine may take for anything. */
const waitFor = <Result>(check: () => Result) => vi.waitFor(check, { timeout: 20_000 });
const portOf = (server: { address(): AddressInfo | string | null }) => (server.address() as AddressInfo).port;

let http: Server;
let wss: WebSocketServer;
let agentHub: WebSocketServer;
let agentSocket: WebSocket;
let service: SecureRemoteTerminalService;
let rows: Record<string, unknown>[];
let lines: unknown[][];
let terminals: Map<string, Pty>;
/** What reached the agent, as text. */
const arrived: string[] = [];

beforeAll(async () => {
  vi.stubEnv("SESSION_TOKEN_SECRET", TOKEN_SECRET);
  vi.stubEnv("PORT", "0");
  ({ terminalService: service } = await readme.load<{ terminalService: SecureRemoteTerminalService }>("services.ts"));
  ({ rows } = await readme.load<{ rows: Record<string, unknown>[] }>("prisma.ts"));
  ({ lines } = await readme.load<{ lines: unknown[][] }>("logger.ts"));
  ({ terminalSessions: terminals } = await readme.load<{ terminalSessions: Map<string, Pty> }>("pty.ts"));

  const { default: app } = await readme.load<{ default: Express }>("express.ts");
  http = createServer(app).listen(0, "127.0.0.1");
  await once(http, "listening");

  ({ wss } = await readme.load<{ wss: WebSocketServer }>("websocket.ts"));
  if (!wss.address()) await once(wss, "listening");

  // The agent dials out, as agents do; the server writes to whichever socket the machine has.
  const { handleMessage } = await readme.load<{ handleMessage(message: SecureMessage): void }>("agent.ts");
  const { agents } = await readme.load<{ agents: Map<string, Agent> }>("agents.ts");
  agentHub = new WebSocketServer({ port: 0 });
  agentHub.on("connection", (socket) => {
    agents.set("machine1", { secret: MACHINE_SECRET, send: (message) => socket.send(JSON.stringify(message)) });
  });
  agentSocket = new WebSocket(`ws://127.0.0.1:${portOf(agentHub)}`);
  agentSocket.on("message", (data) => {
    arrived.push(String(data));
    handleMessage(JSON.parse(String(data)));
  });
  await once(agentSocket, "open");
  await waitFor(() => expect(agents.size).toBe(1));
}, 30_000);

afterAll(() => {
  http?.close();
  for (const server of [wss, agentHub]) {
    for (const client of server?.clients ?? []) client.terminate();
    server?.close();
  }
  agentSocket?.terminate();
  readme.remove();
  vi.unstubAllEnvs();
});

const call = async (method: string, path: string, user: string | undefined, body?: object) => {
  const response = await fetch(`http://127.0.0.1:${portOf(http)}${path}`, {
    method,
    headers: { "content-type": "application/json", ...(user ? { authorization: `Bearer ${user}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body: answer };
};

/** A browser that is signed in as this user. */
async function connect(user: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(wss)}`, { headers: { authorization: `Bearer ${user}` } });
  const received: Record<string, unknown>[] = [];
  socket.on("message", (data) => received.push(JSON.parse(String(data))));
  await once(socket, "open");
  const send = (message: object | string) =>
    socket.send(typeof message === "string" ? message : JSON.stringify(message));
  const until = (type: string) =>
    waitFor(() => {
      const found = received.find((message) => message.type === type);
      if (!found) throw new Error(`no ${type} yet`);
      return found;
    });
  return { socket, received, send, until };
}

test("the examples compile, as strictly as the library itself", async () => {
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const run = promisify(execFile)(process.execPath, [join(typescript, "bin", "tsc"), "-p", readme.folder]);
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
  expect(readme.names).toEqual(["services.ts", "express.ts", "websocket.ts", "agent.ts"]);
}, 60_000);

describe("the Express example", () => {
  test("VT-071 VT-072 VT-073 VT-077 POST /api/terminal/spawn answers with the session, and without its signature", async () => {
    const before = Math.floor(Date.now() / 1_000);
    const { status, body } = await call("POST", "/api/terminal/spawn", "alice", { machineId: "machine1" });
    expect(status).toBe(200);
    expect(body).toEqual({
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      expiresAt: expect.any(Number),
      capabilities: ["spawn", "input", "resize"],
    });
    expect(Number(body.expiresAt) - before).toBeGreaterThanOrEqual(300);
    expect(service.getSessionToken(String(body.sessionId))).toMatchObject({ userId: "alice", machineId: "machine1" });
    await service.endSession(String(body.sessionId));
  });

  test.each([
    ["another's machine", { machineId: "machine2" }, "Unauthorized: No access to this machine"],
    ["no machine", {}, "The session has no valid machine id"],
    ["a machine that is no text", { machineId: { $ne: null } }, "The session has no valid machine id"],
  ])("VT-074 a refusal for %s is 403 with its reason", async (_, body, error) => {
    expect(await call("POST", "/api/terminal/spawn", "alice", body)).toEqual({ status: 403, body: { error } });
  });

  test("X-38 the user is the one who signed in, whatever the body says", async () => {
    const body = { machineId: "machine2", userId: "other" };
    expect((await call("POST", "/api/terminal/spawn", "alice", body)).status).toBe(403);
    expect((await call("POST", "/api/terminal/spawn", undefined, body)).status).toBe(401);
  });

  test("VT-075 VT-076 X-39 GET /api/terminal/sessions is for administrators, and shows each only their own", async () => {
    const { sessionId } = await service.issueSessionToken("alice", "machine1");
    const path = "/api/terminal/sessions";
    expect(await call("GET", path, undefined)).toMatchObject({ status: 401 });
    expect(await call("GET", path, "alice")).toEqual({ status: 403, body: { error: "Administrators only" } });
    expect(await call("GET", path, "other")).toEqual({ status: 200, body: [] });
    expect(await call("GET", path, "admin")).toEqual({
      status: 200,
      body: [{ sessionId, userId: "alice", machineId: "machine1", expiresAt: expect.any(Number) }],
    });
    await service.endSession(sessionId);
  });
});

describe("the WebSocket example with the agent example", () => {
  test("VT-078 it listens on port 3001 unless told otherwise", () => {
    expect(readme.sourceOf("websocket.ts")).toContain("?? 3001");
  });

  test("VT-079 VT-080 VT-081 VT-083 VT-086 VT-087 VT-089 VT-090 what is typed here is written to the PTY there", async () => {
    const viewer = await connect("alice");
    viewer.send({ type: "terminal_spawn", userId: "alice", machineId: "machine1" });
    // Typed before the terminal is open: nothing is lost.
    viewer.send({ type: "terminal_input", data: "ls " });
    const { sessionId, expiresAt, ...rest } = await viewer.until("session_token");
    expect(rest).toEqual({ type: "session_token" });
    expect(expiresAt).toEqual(expect.any(Number));
    viewer.send({ type: "terminal_input", data: "-la\n" });
    await waitFor(() => expect(terminals.get(String(sessionId))?.typed).toBe("ls -la\n"));

    const forwarded = arrived.map((text) => JSON.parse(text)).filter(({ data }) => data.sessionId === sessionId);
    expect(forwarded.map(({ type }) => type)).toEqual(["spawn_shell", "terminal_input", "terminal_input"]);
    expect(forwarded[2].data.payload).toEqual({ data: "-la\n" });
    viewer.socket.close();
  });

  test("VT-088 a frame that is changed or repeated on its way to the agent is logged and dropped", async () => {
    const viewer = await connect("alice");
    viewer.send({ type: "terminal_spawn", machineId: "machine1" });
    const { sessionId } = await viewer.until("session_token");
    viewer.send({ type: "terminal_input", data: "echo safe\n" });
    await waitFor(() => expect(terminals.get(String(sessionId))?.typed).toBe("echo safe\n"));

    const frame = arrived.at(-1) ?? "";
    const { handleMessage } = await readme.load<{ handleMessage(message: SecureMessage): void }>("agent.ts");
    handleMessage(JSON.parse(frame));
    expect(lines.at(-1)).toEqual(["error", "Invalid message:", "Replay detected: nonce already used"]);
    handleMessage(JSON.parse(frame.replace("echo safe", "rm -rf /;")));
    expect(lines.at(-1)).toEqual(["error", "Invalid message:", "HMAC validation failed"]);
    expect(terminals.get(String(sessionId))?.typed).toBe("echo safe\n");
    viewer.socket.close();
  });

  test("VT-082 over the limit the viewer is told, and the input is not forwarded", async () => {
    const viewer = await connect("alice");
    viewer.send({ type: "terminal_spawn", machineId: "machine1" });
    const { sessionId } = await viewer.until("session_token");
    for (let i = 0; i < 300; i++) viewer.send({ type: "terminal_input", data: "x" });
    expect(await viewer.until("error")).toEqual({ type: "error", message: "Rate limit exceeded" });
    viewer.send({ type: "terminal_spawn", machineId: "machine1" });
    // The refusal of a second spawn comes last, so all before it has been decided.
    await waitFor(() => expect(viewer.received.at(-1)?.message).toBe("One session per connection"));
    const refused = viewer.received.filter(({ message }) => message === "Rate limit exceeded").length;
    await waitFor(() => expect(terminals.get(String(sessionId))?.typed).toHaveLength(300 - refused));
    expect(refused).toBeGreaterThan(0);
    viewer.socket.close();
  });

  test("VT-161 X-42 typing keeps the session alive, and the viewer learns of its new expiry", async () => {
    const viewer = await connect("alice");
    viewer.send({ type: "terminal_spawn", machineId: "machine1" });
    const { sessionId, expiresAt } = await viewer.until("session_token");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 250_000 });
    try {
      viewer.received.length = 0;
      viewer.send({ type: "terminal_input", data: "x" });
      const renewed = await viewer.until("session_token");
      expect(renewed.sessionId).toBe(sessionId);
      expect(Number(renewed.expiresAt) - Number(expiresAt)).toBeGreaterThanOrEqual(250);
      await waitFor(() => expect(terminals.get(String(sessionId))?.typed).toBe("x"));
    } finally {
      vi.useRealTimers();
      viewer.socket.close();
    }
  });

  test("VT-081 input without a session is ignored", async () => {
    const viewer = await connect("alice");
    const before = arrived.length;
    viewer.send({ type: "terminal_input", data: "x" });
    viewer.send("no JSON");
    await viewer.until("error");
    expect(arrived).toHaveLength(before);
    viewer.socket.close();
  });

  test("X-38 H11 a frame that names another user is refused, and a stranger gets no connection", async () => {
    const viewer = await connect("alice");
    viewer.send({ type: "terminal_spawn", userId: "other", machineId: "machine2" });
    expect(await viewer.until("error")).toEqual({ type: "error", message: "That is not you" });
    viewer.socket.close();
    await expect(connect("nobody")).rejects.toThrow("401");
  });

  test("VT-084 VT-085 a connection has one session, which ends with it and leaves both rows", async () => {
    rows.length = 0;
    const viewer = await connect("alice");
    viewer.send({ type: "terminal_spawn", machineId: "machine1" });
    viewer.send({ type: "terminal_spawn", machineId: "machine1" });
    const { sessionId } = await viewer.until("session_token");
    expect(await viewer.until("error")).toEqual({ type: "error", message: "One session per connection" });
    viewer.socket.close();
    await waitFor(() => expect(service.getSessionToken(String(sessionId))).toBeNull());
    await waitFor(() =>
      expect(rows.map(({ eventType }) => eventType)).toEqual(["terminal_session_start", "terminal_session_end"]),
    );
  });

  test("VT-084 a connection that closes while its session is being opened leaves none behind", async () => {
    rows.length = 0;
    const viewer = await connect("alice");
    viewer.send({ type: "terminal_spawn", machineId: "machine1" });
    viewer.socket.close();
    await waitFor(() => expect(rows).toHaveLength(2));
    expect(service.getActiveSessions()).toEqual([]);
  });
});
