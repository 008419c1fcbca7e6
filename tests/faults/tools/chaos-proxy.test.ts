import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ChaosProxy } from "../chaos-proxy.ts";

let server: Server;
let proxy: ChaosProxy;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true });
  await once(server.listen(0, "127.0.0.1"), "listening");
  proxy = await ChaosProxy.start({ target: (server.address() as AddressInfo).port, seed: 7 });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.close();
  server.close();
});

/** Both ends of a connection through the proxy, with what each has received and how it ended. */
async function pair(): Promise<{ near: End; far: End }> {
  const arrived = once(server, "connection");
  const near = new End(connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true }));
  const [socket] = (await arrived) as [Socket];
  return { near, far: new End(socket) };
}

class End {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  pieces = 0;
  saw: string | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    sockets.push(socket);
    socket.on("data", (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.pieces += 1;
    });
    socket.on("end", () => {
      this.saw ??= "fin";
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.saw ??= error.code;
    });
  }

  has(bytes: number): Promise<unknown> {
    return expect.poll(() => this.received.length).toBe(bytes);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("every byte arrives once and in order over a line that jitters, stalls and splits to single bytes", async () => {
  proxy.set({ latencyMs: 5, jitterMs: 5, stallProbability: 0.2, stallMs: 20, maxChunkBytes: 1 });
  const { near, far } = await pair();
  const up = randomBytes(30_000);
  const down = randomBytes(20_000);
  for (let at = 0; at < up.length; at += 1_000) {
    near.socket.write(up.subarray(at, at + 1_000));
    await pause(2);
  }
  far.socket.end(down);
  near.socket.end();
  await Promise.all([far.has(up.length), near.has(down.length)]);
  expect(far.received.equals(up)).toBe(true);
  expect(near.received.equals(down)).toBe(true);
  await expect.poll(() => [near.saw, far.saw]).toEqual(["fin", "fin"]);
  await expect.poll(() => proxy.connections).toEqual([]);
});

test("latency is waited for each way", async () => {
  proxy.set({ latencyMs: 60 });
  const { near, far } = await pair();
  const startedAtMs = performance.now();
  near.socket.write("?");
  await far.has(1);
  far.socket.write("!");
  await near.has(1);
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(118);
});

test("a line of 100 kB/s carries 50 kB in no less than half a second", async () => {
  proxy.set({ bytesPerSecond: 100_000 });
  const { near, far } = await pair();
  const startedAtMs = performance.now();
  near.socket.write(randomBytes(50_000));
  await far.has(50_000);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  expect(seconds).toBeGreaterThan(0.4);
});

test("a sender is held back when the line is full", async () => {
  proxy.set({ bytesPerSecond: 1_000, bufferBytes: 1_024 });
  const { near } = await pair();
  near.socket.write(randomBytes(32 * 1024 * 1024));
  await pause(200);
  expect(near.socket.writableLength).toBeGreaterThan(8 * 1024 * 1024);
});

test("a connection counts what it gave on", async () => {
  proxy.set({ maxChunkBytes: 9, latencyMs: 1 });
  const { near, far } = await pair();
  near.socket.write("x".repeat(500));
  await far.has(500);
  expect(proxy.connections[0]?.delivered).toEqual({ up: 500, down: 0 });
});

test("a reset is seen by both sides", async () => {
  const { near, far } = await pair();
  proxy.cut("rst");
  await expect.poll(() => [near.saw, far.saw]).toEqual(["ECONNRESET", "ECONNRESET"]);
});

test("an end is seen by both sides", async () => {
  const { near, far } = await pair();
  proxy.cut("fin");
  await expect.poll(() => [near.saw, far.saw]).toEqual(["fin", "fin"]);
});

test("a black hole is seen by nobody, delivers nothing, and stays after healing", async () => {
  const { near, far } = await pair();
  proxy.cut("blackhole");
  near.socket.write("lost");
  far.socket.write("lost");
  proxy.heal();
  near.socket.destroy();
  await pause(150);
  expect([near.saw, far.saw, far.received.length, near.received.length]).toEqual([undefined, undefined, 0, 0]);
  const next = await pair();
  next.near.socket.write("hello");
  await next.far.has(5);
});

test("a frozen direction keeps what it is given, in order, while the other one runs", async () => {
  const { near, far } = await pair();
  proxy.freeze("up");
  const up = randomBytes(2 * 1024 * 1024);
  near.socket.end(up);
  far.socket.write("down");
  await near.has(4);
  await pause(100);
  expect([far.received.length, far.saw]).toEqual([0, undefined]);
  proxy.heal();
  await far.has(up.length);
  expect(far.received.equals(up)).toBe(true);
  await expect.poll(() => far.saw).toBe("fin");
});

test("a connection can be cut behind exactly so many bytes", async () => {
  const { near, far } = await pair();
  near.socket.write("0123456789");
  await far.has(10);
  proxy.connections[0]?.cutAfter("up", 5, "fin");
  near.socket.write("abcdefghij");
  await expect.poll(() => far.saw).toBe("fin");
  expect(far.received.toString()).toBe("0123456789abcde");
});

test("a reset of one side is passed on behind what it sent", async () => {
  proxy.set({ latencyMs: 30 });
  const { near, far } = await pair();
  near.socket.write("last words");
  await expect.poll(() => proxy.connections[0]?.delivered.up).toBe(10);
  near.socket.resetAndDestroy();
  await expect.poll(() => far.saw).toBe("ECONNRESET");
  expect(far.received.toString()).toBe("last words");
});

test("new connections are refused or left hanging, and let in again after healing", async () => {
  const dial = () => new End(connect(proxy.port, "127.0.0.1"));
  const old = await pair();
  proxy.set({ welcome: "refuse" });
  const refused = dial();
  await expect.poll(() => refused.saw).toBe("ECONNRESET");
  proxy.set({ welcome: "hang" });
  const hanging = dial();
  hanging.socket.write("anybody?");
  old.near.socket.write("still here");
  await old.far.has(10);
  expect(hanging.saw).toBeUndefined();
  proxy.heal();
  const next = await pair();
  next.near.socket.write("in");
  await next.far.has(2);
  expect(proxy.dialled).toBe(4);
});

test("a target that is not there is seen as a reset", async () => {
  server.close();
  const near = new End(connect(proxy.port, "127.0.0.1"));
  await expect.poll(() => near.saw).toBe("ECONNRESET");
});
