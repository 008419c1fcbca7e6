import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { PROTOCOL_VERSION, RECONNECT_CAP_MS } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_DESKTOP } from "../desktop/desktop-settings.ts";
import { FromHost } from "../host/host-protocol.ts";
import { attachShell } from "../testing/attach-shell.ts";
import { FakeControlPlane } from "../testing/fake-control-plane.ts";
import { TestAgent } from "../testing/test-agent.ts";
import { HostConnection } from "./host-connection.ts";
import { askDown, askStatus } from "./local-client.ts";

let agent: TestAgent;
beforeEach(async () => {
  agent = await new TestAgent().start();
});
afterEach(() => agent.stop());

test("says hello with a challenge of its host and is connected when it is welcome", async () => {
  const link = await agent.link();
  const hello = await link.next("hello");
  expect(hello).toMatchObject({ protocol: PROTOCOL_VERSION, sessions: [] });
  expect(hello.challenge).toMatch(/^[0-9a-f]{64}$/);
  await agent.state("connected");
  expect(await askStatus(agent.dir.linkSocket)).toMatchObject({ connection: { state: "connected" }, sessions: 0 });
});

test("comes back when the control plane does, with another challenge and the same host", async () => {
  const before = await (await agent.link()).next("hello");
  await agent.state("connected");
  agent.control.goAway();
  await agent.state("waiting");
  agent.control.comeBack();
  const after = await (await agent.link()).next("hello");
  expect(after.host_id).toBe(before.host_id);
  expect(after.challenge).not.toBe(before.challenge);
});

test("a session outlives the link: the next hello lists it where it stands", async () => {
  const node = await new FakeControlPlane(agent.control.machineId).start();
  const link = await agent.link();
  const sessionId = randomUUID();
  // Another node holds the stream, so only the link breaks.
  link.command(link.sign("spawn_shell", sessionId, attachShell(node)));
  const stream = await node.streams.next();
  await stream.attached();
  await stream.receives(1);
  agent.control.goAway();
  agent.control.comeBack();
  const hello = await (await agent.link()).next("hello");
  expect(hello.sessions).toMatchObject([{ session_id: sessionId, epoch: 1, in_next: 0 }]);
  await node.stop();
});

test("a session's end that nobody was there to hear of is in the next hello", async () => {
  const node = await new FakeControlPlane(agent.control.machineId).start();
  const link = await agent.link();
  const sessionId = randomUUID();
  link.command(link.sign("spawn_shell", sessionId, attachShell(node, { grace_seconds: 0 })));
  const stream = await node.streams.next();
  await stream.attached();
  agent.control.goAway();
  await node.stop();
  const host = await HostConnection.open(agent.dir.hostSocket, { message: () => {}, closed: () => {} });
  let ended = false;
  while (!ended) ended = (await host?.list())?.sessions.some(({ ended: isOver }) => isOver) ?? false;
  host?.close();
  agent.control.comeBack();
  const hello = await (await agent.link()).next("hello");
  expect(hello.sessions).toMatchObject([{ ended: true, exit: { reason: "nobody attached for 0 s" } }]);
});

test.each([
  [401, "INVALID_NODE_KEY"],
  [403, "MACHINE_DISABLED"],
])("a refusal with %i is told as it is, and tried again slowly", async (status, code) => {
  await agent.state("connected");
  agent.control.linkRefusal = { status, code, message: "No, because." };
  const link = await agent.link();
  link.close(1001, "");
  const since = Date.now();
  const waiting = await agent.states.next((state) => state.state === "waiting" && state.refused !== null);
  expect(waiting).toMatchObject({ reason: "No, because.", refused: code });
  if (waiting.state !== "waiting") throw new Error("unreachable");
  expect(Date.parse(waiting.retry_at) - since).toBeGreaterThanOrEqual(RECONNECT_CAP_MS / 2);
});

test("a machine that is disabled while connected says so", async () => {
  const link = await agent.link();
  link.send({ type: "error", code: "MACHINE_DISABLED", message: "An administrator has disabled this machine" });
  link.close(4403, "disabled");
  const waiting = await agent.states.next((state) => state.state === "waiting");
  expect(waiting).toMatchObject({
    refused: "MACHINE_DISABLED",
    reason: "An administrator has disabled this machine",
  });
});

test("says goodbye when it is told to go, and ends its host when nothing runs there", async () => {
  const link = await agent.link();
  await agent.state("connected");
  expect(await agent.stopLink()).toBe("stopped");
  await link.next("goodbye");
  expect(await link.closed).toBe(1000);
  expect(await HostConnection.open(agent.dir.hostSocket, { message: () => {}, closed: () => {} })).toBeUndefined();
});

test("a link that is told to go leaves a host with sessions alone, and the next one finds them", async () => {
  const node = await new FakeControlPlane(agent.control.machineId).start();
  const link = await agent.link();
  const sessionId = randomUUID();
  link.command(link.sign("spawn_shell", sessionId, attachShell(node)));
  const stream = await node.streams.next();
  await stream.attached();
  await agent.stopLink();
  agent.startLink();
  const hello = await (await agent.link()).next("hello");
  expect(hello.sessions).toMatchObject([{ session_id: sessionId }]);
  expect(agent.hostStarts).toBe(1);
  stream.type("echo still $((40+2))\n");
  await stream.shows(/still 42/);
  await node.stop();
});

test("`down` ends the sessions first, and their ends reach the control plane", async () => {
  const node = await new FakeControlPlane(agent.control.machineId).start();
  const link = await agent.link();
  const sessionId = randomUUID();
  link.command(link.sign("spawn_shell", sessionId, attachShell(node)));
  const stream = await node.streams.next();
  await stream.attached();
  const answer = await askDown(agent.dir.linkSocket);
  expect(answer).toMatchObject({ pid: process.pid });
  expect(await link.next("session_ended")).toMatchObject({ session_id: sessionId });
  await link.next("goodbye");
  await node.stop();
});

test("keeps the name that the control plane gave it", async () => {
  const link = await agent.link();
  await agent.state("connected");
  link.send({ type: "renamed", name: "db-2" });
  const refused = link.next("refused");
  link.command(link.sign("nonsense", randomUUID(), {}));
  await refused;
  expect(agent.registeredName).toBe("db-2");
});

test("passes a refusal up as it is, and finds a code for that of an older host", async () => {
  const link = await agent.link();
  await agent.state("connected");
  const sessionId = randomUUID();
  link.command(link.sign("attach_shell", sessionId, attachShell(agent.control, { epoch: 9 })));
  expect(await link.next("refused")).toEqual({
    type: "refused",
    session_id: sessionId,
    code: "NO_SUCH_SESSION",
    epoch: 9,
    reason: "there is no such session",
  });
  const older = FromHost.parse({ type: "refused", session_id: sessionId, reason: "stale epoch" });
  expect(older).not.toHaveProperty("code");
  const newer = FromHost.parse({ type: "refused", session_id: null, code: "OF_NEXT_YEAR", reason: "x" });
  expect(newer).toMatchObject({ code: undefined, reason: "x" });
});

test("a second link of the same state directory does not start", async () => {
  await agent.state("connected");
  const second = new TestAgent(agent);
  second.startLink();
  expect(await second.stopLink()).toBe("already running");
});

test("a link whose host is taken over by another one goes", async () => {
  await agent.state("connected");
  const thief = await HostConnection.open(agent.dir.hostSocket, { message: () => {}, closed: () => {} });
  await thief?.connect({ sessionEnabled: true, desktop: DEFAULT_DESKTOP });
  expect(await agent.stopLink()).toBe("replaced");
  thief?.close();
});

test("noise on its own socket is no reason to fall over", async () => {
  await agent.state("connected");
  const socket = connect(agent.dir.linkSocket);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write('{"type":"rm -rf"}\n');
  socket.resume();
  await closed;
  expect(await askStatus(agent.dir.linkSocket)).toMatchObject({ connection: { state: "connected" } });
});

test.each(["INVALID_NODE_KEY", "MACHINE_DISABLED"])(
  "I8 a machine that is let in no more (%s) ends its sessions",
  async (code) => {
    const node = await new FakeControlPlane(agent.control.machineId).start();
    const link = await agent.link();
    link.command(link.sign("spawn_shell", randomUUID(), attachShell(node)));
    const stream = await node.streams.next();
    await stream.attached();
    agent.control.goAway();
    agent.control.linkRefusal = { status: code === "INVALID_NODE_KEY" ? 401 : 403, code, message: "no" };
    agent.control.comeBack();
    await stream.closed;
    await node.stop();
  },
);
