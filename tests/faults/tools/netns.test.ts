import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { NetworkNamespace } from "../netns.ts";

const unavailable = NetworkNamespace.unavailable();
if (unavailable) console.warn(`Skipped, because it cannot be here: what needs network namespaces. ${unavailable}`);

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** Dials, says every 50 ms that it is there, prints what it hears, and what ended it. */
const CALLER = `
  const socket = require("node:net").connect(Number(process.argv[2]), process.argv[1]);
  socket.on("connect", () => setInterval(() => socket.write("."), 50));
  socket.on("data", (bytes) => process.stdout.write(bytes));
  socket.on("error", (error) => { process.stdout.write(error.code); process.exit(); });
`;

interface Call {
  socket: Socket;
  printed: () => string;
  heard: () => number;
}

async function call(namespace: NetworkNamespace): Promise<Call> {
  const server = createServer();
  cleanups.push(() => server.close());
  await once(server.listen(0, namespace.hostAddress), "listening");
  const { port } = server.address() as AddressInfo;
  const [command = "", ...args] = [...namespace.under, process.execPath, "-e", CALLER, namespace.hostAddress];
  const caller = spawn(command, [...args, String(port)]);
  cleanups.push(() => caller.kill("SIGKILL"));
  const [socket] = (await once(server, "connection")) as [Socket];
  cleanups.push(() => socket.destroy());
  let printed = "";
  let heard = 0;
  caller.stdout.on("data", (bytes: Buffer) => {
    printed += bytes.toString();
  });
  socket.on("data", (bytes) => {
    heard += bytes.length;
  });
  socket.on("error", () => {});
  await expect.poll(() => heard).toBeGreaterThan(0);
  return { socket, printed: () => printed, heard: () => heard };
}

function namespace(): NetworkNamespace {
  const made = NetworkNamespace.create();
  cleanups.push(() => made.remove());
  return made;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(unavailable)("a network namespace", () => {
  test("reaches the machine, loses it without a word, and goes on when healed", async () => {
    const network = namespace();
    const { socket, heard, printed } = await call(network);
    expect(socket.remoteAddress).toBe(network.address);
    network.drop();
    await pause(100);
    const before = heard();
    socket.write("unheard");
    await pause(300);
    expect([heard(), printed()]).toEqual([before, ""]);
    network.heal();
    await expect.poll(heard).toBeGreaterThan(before);
    await expect.poll(printed).toBe("unheard");
  });

  test("loses one direction alone", async () => {
    const network = namespace();
    const { socket, heard, printed } = await call(network);
    network.drop("in");
    socket.write("unheard");
    await pause(200);
    expect(printed()).toBe("");
    network.heal();
    await expect.poll(printed).toBe("unheard");
    expect(heard()).toBeGreaterThan(0);
  });

  test("is told that its connection is none", async () => {
    const network = namespace();
    const { printed } = await call(network);
    network.reset();
    await expect.poll(printed).toBe("ECONNRESET");
  });

  test("gets another address, which old connections do not have", async () => {
    const network = namespace();
    const old = await call(network);
    const before = network.address;
    network.changeAddress();
    await pause(100);
    const { heard } = old;
    const silent = heard();
    const next = await call(network);
    expect(next.socket.remoteAddress).toBe(network.address);
    expect(network.address).not.toBe(before);
    old.socket.write("unheard");
    await pause(200);
    expect(old.printed()).toBe("");
    expect(heard() - silent).toBeLessThanOrEqual(20);
  });

  test("leaves nothing behind", async () => {
    const network = NetworkNamespace.create();
    const list = () => spawnSync("ip", ["netns", "list"], { encoding: "utf8" }).stdout;
    expect(list()).toContain(network.name);
    network.remove();
    expect(list()).not.toContain(network.name);
  });
});
