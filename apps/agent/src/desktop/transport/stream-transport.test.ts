import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type DesktopInput, decodeDesktopFrame, STREAM_CHALLENGE_HEADER } from "@sallyport/protocol";
import { signMessage } from "@sallyport/secure-terminal";
import { afterEach, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { createLogger } from "../../platform/logger.ts";
import { StreamTransport } from "./stream-transport.ts";

const KEY = "k".repeat(64);
const CHALLENGE = "c".repeat(64);
const SESSION_ID = "5f0c8b0a-1f1c-4b5c-9f57-0c2f3a8f0a11";
const MACHINE_ID = "7a1d6f0e-2d5b-4c55-8a07-6b8f6f1f2b22";
const logger = createLogger({ level: "silent", write: () => {} });
const FRAME = {
  data: Uint8Array.of(0, 0, 0, 1, 0x65, 7),
  isKey: true,
  timeUs: 12,
  width: 640,
  height: 480,
};

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** The control plane's end of a stream, and what the transport tells. */
async function start(clockOffsetMs = 0) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const told: { what: string; value?: unknown }[] = [];
  const waiting: (() => void)[] = [];
  const tell = (what: string, value?: unknown) => {
    told.push({ what, value });
    for (const wake of waiting.splice(0)) wake();
  };
  const transport = new StreamTransport({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/stream`,
    token: "one-time",
    sessionId: SESSION_ID,
    machineId: MACHINE_ID,
    epoch: 3,
    challenge: CHALLENGE,
    key: KEY,
    clockOffsetMs,
    logger,
    events: {
      connected: () => tell("connected"),
      message: (message) => tell("message", message),
      keyFrameWanted: () => tell("keyFrameWanted"),
      bandwidth: (kbps) => tell("bandwidth", kbps),
      ready: () => tell("ready"),
      closed: (reason) => tell("closed", reason),
    },
  });
  cleanups.push(
    () => transport.close("the test is over"),
    () => server.close(),
  );
  const [socket, request] = (await once(server, "connection")) as [WebSocket, { headers: Record<string, string> }];
  const received: Buffer[] = [];
  socket.on("message", (data: Buffer) => {
    received.push(data);
    for (const wake of waiting.splice(0)) wake();
  });
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const has = (what: string) => told.some((one) => one.what === what);
  await until(() => has("connected"));
  return { transport, socket, request, received, told, until, has };
}

function signed(
  message: DesktopInput | object,
  { epoch = 3, key = KEY, now = Date.now(), type = "desktop_input" } = {},
) {
  const identity = { sessionId: SESSION_ID, machineId: MACHINE_ID, userId: "viewer", capabilities: ["input"] };
  const payload = { epoch, message: JSON.stringify(message) };
  return JSON.stringify(signMessage({ type, identity, payload, secret: key, now }));
}

test("it is dialled with the token and the challenge, and frames and messages arrive as they were sent", async () => {
  const { transport, request, received, until } = await start();
  expect(request.headers.authorization).toBe("Bearer one-time");
  expect(request.headers[STREAM_CHALLENGE_HEADER]).toBe(CHALLENGE);
  transport.sendMessage({ type: "pong", id: 5 });
  transport.sendFrame({ ...FRAME, quality: 24 });
  transport.sendFrame({ ...FRAME, quality: 24, isKey: false });
  await until(() => received.length === 3);
  const decoded = received.map((bytes) => decodeDesktopFrame(new Uint8Array(bytes)));
  expect(decoded[0]).toEqual({ kind: "message", json: '{"type":"pong","id":5}' });
  expect(decoded[1]).toMatchObject({ kind: "video", frame: { ...FRAME, number: 0 } });
  expect(decoded[2]).toMatchObject({ kind: "video", frame: { number: 1, isKey: false } });
});

test("only so many frames are on their way, and there is room again when they are taken", async () => {
  const { transport, socket, received, has, until } = await start();
  let sent = 0;
  while (transport.isReady) {
    transport.sendFrame({ ...FRAME, quality: 24 });
    sent += 1;
  }
  expect(sent).toBeLessThan(10);
  await until(() => received.length === sent);
  expect(has("ready")).toBe(false);
  socket.send(signed({ type: "taken", frame: sent - 1 }));
  await until(() => has("ready"));
  expect(transport.isReady).toBe(true);
});

test("what is signed for this stream is passed on; what is not, is not, and ends it when there is much of it", async () => {
  const { socket, told, until, has } = await start();
  const pointer = { type: "pointer", x: 1, y: 2, buttons: 0 };
  socket.send(JSON.stringify(pointer));
  socket.send(signed(pointer, { key: "x".repeat(64) }));
  socket.send(signed(pointer, { epoch: 2 }));
  socket.send(signed(pointer, { now: Date.now() - 600_000 }));
  socket.send(signed(pointer, { type: "terminal_input" }));
  const genuine = signed(pointer);
  socket.send(genuine);
  socket.send(genuine);
  socket.send(signed({ type: "ping", id: 1 }));
  await until(() => told.filter(({ what }) => what === "message").length === 2);
  const messages = told.filter(({ what }) => what === "message").map(({ value }) => value);
  expect(messages).toEqual([pointer, { type: "ping", id: 1 }]);
  for (let forgery = 0; forgery < 10; forgery++) socket.send("{}");
  await until(() => has("closed"));
});

test("messages are measured with the control plane's clock, not with a wrong one of the machine", async () => {
  const { socket, told, until } = await start(3_600_000);
  socket.send(signed({ type: "ping", id: 1 }));
  socket.send(signed({ type: "ping", id: 2 }, { now: Date.now() + 3_600_000 }));
  await until(() => told.some(({ what }) => what === "message"));
  expect(told.filter(({ what }) => what === "message").map(({ value }) => value)).toEqual([{ type: "ping", id: 2 }]);
});

test("when the control plane goes, it is over, once", async () => {
  const { transport, socket, told, until, has } = await start();
  socket.close(4001, "the viewer has gone");
  await until(() => has("closed"));
  transport.close("again");
  expect(told.filter(({ what }) => what === "closed")).toEqual([{ what: "closed", value: "the viewer has gone" }]);
  expect(transport.isReady).toBe(false);
});
