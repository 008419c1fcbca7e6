import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { DESKTOPS_PER_MACHINE, decodeDesktopFrame, type VideoFrame } from "@sallyport/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { createLogger } from "../platform/logger.ts";
import { DesktopProcess } from "./desktop-process.ts";
import { loadNodeAv } from "./load-node-av.ts";
import type { DesktopPlatform } from "./platform-linux.ts";
import type { FromDesktop, ToDesktop } from "./worker-messages.ts";

const logger = createLogger({ level: "silent", write: () => {} });
const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const POLICY = { input: true, clipboard: { to_machine: true, from_machine: true } };
const VIEWER = { session_type: "admin" as const, viewer_email: "ada@example.com" };
const DISPLAY = { id: "a", name: "a", x: 0, y: 0, width: 64, height: 64, primary: true };

/** Frames lie in this memory, and do not keep it. */
const GREY = Buffer.alloc(64 * 64 * 4, 99);

async function greyFrame() {
  const { AV_PIX_FMT_BGR0, Frame } = await loadNodeAv();
  return Frame.fromVideoBuffer(GREY, { width: 64, height: 64, format: AV_PIX_FMT_BGR0 });
}

/** A desktop process whose machine has a grey screen of 64 by 64 pixels and a person who does what the test says. */
function start(changes: Partial<DesktopPlatform> = {}) {
  const told: FromDesktop[] = [];
  const waiting: (() => void)[] = [];
  const indicators: { email: string; end: () => void; isClosed: boolean }[] = [];
  const platform: DesktopPlatform = {
    unavailable: async () => null,
    openScreen: async () => ({
      displays: () => [DISPLAY],
      resolutions: () => [],
      show: async () => {},
      grab: async () => ({
        width: 64,
        height: 64,
        frame: await greyFrame(),
        changed: { from: 0, to: 64 },
        free: () => {},
      }),
      resize: async () => {},
      close: () => {},
    }),
    restoreResolutions: async () => {},
    openInput: async () => ({ handle: () => {}, close: () => {} }),
    openClipboard: async () => ({ offer: () => {}, close: () => {} }),
    openCursor: async () => ({ close: () => {} }),
    ask: async () => "granted",
    showIndicator: async (email, { end }) => {
      const indicator = { email, end, isClosed: false };
      indicators.push(indicator);
      return {
        close: () => {
          indicator.isClosed = true;
        },
      };
    },
    ...changes,
  };
  const desktop = new DesktopProcess({
    platform,
    logger,
    tell: (message) => {
      told.push(message);
      for (const wake of waiting.splice(0)) wake();
    },
    idle: () => {},
  });
  cleanups.push(() => desktop.close("the test is over"));
  const until = async <Type extends FromDesktop["type"]>(type: Type) => {
    for (;;) {
      const found = told.find((message) => message.type === type);
      if (found) return found as Extract<FromDesktop, { type: Type }>;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { desktop, told, until, indicators, receive: (message: ToDesktop) => desktop.receive(message) };
}

/** Where streams are dialled to. */
async function listen() {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  cleanups.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const stream = (session_id: string, epoch = 1): ToDesktop => ({
    type: "stream",
    session_id,
    ...VIEWER,
    policy: POLICY,
    consent: { required: false, granted_by: null },
    epoch,
    stream_url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stream_token: "one-time",
    machine_id: randomUUID(),
    challenge: "c".repeat(64),
    key: "k",
    clock_offset_ms: 0,
  });
  return { server, stream };
}

/** The next stream that is dialled: its first frame of video, and its end. */
async function nextStream(server: WebSocketServer) {
  const [socket] = (await once(server, "connection")) as [WebSocket];
  const closed = once(socket, "close");
  const frame = await new Promise<VideoFrame>((resolve) => {
    socket.on("message", (data: Buffer) => {
      const decoded = decodeDesktopFrame(new Uint8Array(data));
      if (decoded?.kind === "video") resolve(decoded.frame);
    });
  });
  return { frame, closed };
}

test("a stream shows the screen, and the person at the machine sees that and can end it", async () => {
  const { receive, until, indicators } = start();
  const { server, stream } = await listen();
  const sessionId = randomUUID();
  receive(stream(sessionId));
  const { frame, closed } = await nextStream(server);
  expect(frame).toMatchObject({ isKey: true, number: 0, width: 64, height: 64 });
  expect(indicators).toMatchObject([{ email: "ada@example.com", isClosed: false }]);
  indicators[0]?.end();
  expect(await until("ended")).toMatchObject({ session_id: sessionId, by_person: true });
  await closed;
  await new Promise((resolve) => setImmediate(resolve));
  expect(indicators[0]?.isClosed).toBe(true);
});

test("of several streams of a session the newest counts", async () => {
  const { receive } = start();
  const { server, stream } = await listen();
  const sessionId = randomUUID();
  receive(stream(sessionId, 2));
  const first = await nextStream(server);
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  receive(stream(sessionId, 1));
  receive(stream(sessionId, 3));
  const second = await nextStream(server);
  expect(second.frame.isKey).toBe(true);
  await first.closed;
  expect(connections).toBe(1);
});

test("the person is asked, and a question that was taken back is answered to nobody", async () => {
  const { receive, until, told } = start({
    ask: async (question, signal) => {
      if (question.seconds === 60) return "refused";
      await once(signal, "abort");
      return "granted";
    },
  });
  const taken = randomUUID();
  receive({ type: "ask", session_id: taken, ...VIEWER, seconds: 30 });
  receive({ type: "unask", session_id: taken });
  const asked = randomUUID();
  receive({ type: "ask", session_id: asked, ...VIEWER, seconds: 60 });
  expect(await until("consent")).toEqual({ type: "consent", session_id: asked, outcome: "refused" });
  await new Promise((resolve) => setImmediate(resolve));
  expect(told.filter(({ type }) => type === "consent")).toHaveLength(1);
});

test("what cannot be shown is refused in words, and leaves nothing behind", async () => {
  const { receive, until, told } = start({
    openScreen: async () => {
      throw new Error("the X server is gone");
    },
  });
  const { stream } = await listen();
  for (let attempt = 0; attempt < DESKTOPS_PER_MACHINE * 2; attempt++) {
    told.length = 0;
    receive(stream(randomUUID()));
    expect(await until("refused")).toMatchObject({ reason: "the X server is gone" });
  }
  told.length = 0;
  const offer = { type: "offer" as const, session_id: randomUUID(), ...VIEWER, policy: POLICY, ice_servers: [] };
  receive({ ...offer, sdp_offer: "v=0\r\n" });
  expect(await until("refused")).toMatchObject({ session_id: offer.session_id });
});

test("more desktops than a machine shows at a time are refused", async () => {
  const { receive, until, told } = start();
  const { stream } = await listen();
  for (let shown = 0; shown < DESKTOPS_PER_MACHINE; shown++) receive(stream(randomUUID()));
  expect(told).toEqual([]);
  const sessionId = randomUUID();
  receive(stream(sessionId));
  expect(await until("refused")).toMatchObject({ session_id: sessionId });
});

test("a resolution that a viewer chose lasts as long as there is a viewer, and the process waits for its end", async () => {
  const restored = vi.fn(async () => {});
  const { desktop, receive, until } = start({ restoreResolutions: restored });
  const { stream } = await listen();
  receive(stream("00000000-0000-4000-8000-00000000000a"));
  receive(stream("00000000-0000-4000-8000-00000000000b"));
  receive({ type: "end", session_id: "00000000-0000-4000-8000-00000000000a", reason: "over" });
  await desktop.look();
  await until("facts");
  expect(restored).not.toHaveBeenCalled();
  await desktop.close("the machine stops");
  expect(restored).toHaveBeenCalledTimes(1);
});

test("what makes no sense is left alone, and looking again says what there is", async () => {
  const { desktop, until, told } = start({ unavailable: async () => "nobody is signed in" });
  for (const nonsense of [null, 5, "offer", {}, { type: "offer" }, { type: "end", session_id: "no" }]) {
    desktop.receive(nonsense);
  }
  desktop.receive({ type: "end", session_id: randomUUID(), reason: "it never was" });
  desktop.receive({ type: "candidate", session_id: randomUUID(), candidate: { candidate: "" } });
  expect(told).toEqual([]);
  desktop.receive({ type: "look" });
  expect(await until("facts")).toEqual({ type: "facts", unavailable: "nobody is signed in" });
});
