import { once } from "node:events";
import http from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { PRE_AUTH_SOCKETS, PRE_AUTH_SOCKETS_PER_ADDRESS } from "@sallyport/protocol";
import { afterEach, expect, test } from "vitest";
import { createMetrics } from "../metrics.ts";
import { PreAuthGate } from "./pre-auth-gate.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function start(trustProxy: string[] = []) {
  const server = http.createServer((request, response) => {
    response.end("ok", () => gate.proven(request.socket));
  });
  const gate = new PreAuthGate(server, { metrics: createMetrics(), trustProxy });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    cleanups.push(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
}

const closes = async (socket: Promise<Socket>): Promise<void> => {
  await once(await socket, "close");
};

const staysOpen = (socket: Socket): Promise<boolean> =>
  Promise.race([
    once(socket, "close").then(() => false),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 200)),
  ]);

const ask = async (socket: Socket): Promise<void> => {
  socket.write("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  await once(socket, "data");
};

test("R-36 an address has PRE_AUTH_SOCKETS_PER_ADDRESS silent connections and not one more", async () => {
  const open = await start();
  const silent: Socket[] = [];
  for (let n = 0; n < PRE_AUTH_SOCKETS_PER_ADDRESS; n++) silent.push(await open());
  await closes(open());
  expect(await staysOpen(silent[0] as Socket)).toBe(true);
  // One that was answered, or went away, makes room.
  await ask(silent[0] as Socket);
  expect(await staysOpen(await open())).toBe(true);
  silent[1]?.destroy();
  await once(silent[1] as Socket, "close");
  expect(await staysOpen(await open())).toBe(true);
});

test("a trusted proxy speaks for many, up to PRE_AUTH_SOCKETS in all", async () => {
  const open = await start(["127.0.0.1"]);
  for (let n = 0; n < PRE_AUTH_SOCKETS; n++) await open();
  await closes(open());
});
