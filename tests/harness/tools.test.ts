import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { organisationApi } from "@sallyport/protocol";
import pg from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Balancer } from "./balancer.ts";
import { Cluster } from "./cluster.ts";
import { NatsServer } from "./nats.ts";
import { PostgresServer } from "./postgres-server.mjs";
import { isMissing } from "./services.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe.skipIf(isMissing("PostgreSQL"))("a PostgreSQL", () => {
  async function rows(server: PostgresServer, statement: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: server.url, query_timeout: 20_000 });
    // A killed server's connection ends with an error that nobody waits for.
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end().catch(() => {});
    }
  }

  test("is stopped, killed and started again with its data", async () => {
    const server = await PostgresServer.start();
    cleanups.push(() => server.remove());
    await rows(server, "CREATE TABLE kept AS SELECT 1 AS one");
    await server.stop();
    await expect(rows(server, "SELECT 1")).rejects.toThrow();
    await server.startAgain();
    server.kill();
    await expect(rows(server, "SELECT 1")).rejects.toThrow();
    await server.startAgain();
    expect(await rows(server, "SELECT one FROM kept")).toEqual([{ one: 1 }]);
  });

  test("that is paused answers nobody until it goes on", async () => {
    const server = await PostgresServer.start();
    cleanups.push(() => server.remove());
    const client = new pg.Client({ connectionString: server.url });
    client.on("error", () => {});
    await client.connect();
    server.pause();
    const answer = client.query("SELECT 1 AS one");
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300, "silence"))]);
    expect(first).toBe("silence");
    server.resume();
    expect((await answer).rows).toEqual([{ one: 1 }]);
    await client.end();
  });
});

describe.skipIf(isMissing("nats-server"))("a NATS", () => {
  /** The greeting of a server, or what went wrong. */
  const greeting = (port: number, withinMs = 20_000): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      cleanups.push(() => socket.destroy());
      socket.once("data", (bytes) => resolve(bytes.toString().slice(0, 4)));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
      setTimeout(resolve, withinMs, "silence");
    });

  test("is started, held, killed and started again on its port", async () => {
    const nats = await NatsServer.start();
    cleanups.push(() => nats.remove());
    expect(await greeting(nats.port)).toBe("INFO");
    nats.pause();
    expect(await greeting(nats.port, 500)).toBe("silence");
    nats.resume();
    await nats.kill();
    expect(await greeting(nats.port)).toBe("ECONNREFUSED");
    await nats.startAgain();
    expect(await greeting(nats.port)).toBe("INFO");
    await nats.stop();
    expect(await greeting(nats.port)).toBe("ECONNREFUSED");
  });

  test("obeys a configuration, and says why it does not start with a broken one", async () => {
    const nats = await NatsServer.start({ config: "authorization { token: secret }" });
    cleanups.push(() => nats.remove());
    const socket = connect(nats.port, "127.0.0.1");
    cleanups.push(() => socket.destroy());
    const [info] = (await once(socket, "data")) as [Buffer];
    expect(info.toString()).toContain('"auth_required":true');
    await expect(NatsServer.start({ config: "port: nonsense" })).rejects.toThrow(/did not start/);
  });
});

describe.skipIf(isMissing("nginx"))("a balancer", () => {
  /** A node that says its name to requests and to WebSockets. */
  async function node(name: string): Promise<{ port: number; http: HttpServer; end(): void }> {
    const http = createServer((request, response) => response.end(`${name} ${request.headers["x-forwarded-for"]}`));
    const sockets = new WebSocketServer({ server: http });
    sockets.on("connection", (socket) => socket.send(name));
    await once(http.listen(0, "127.0.0.1"), "listening");
    const end = () => {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      http.closeAllConnections();
    };
    cleanups.push(end);
    return { port: (http.address() as AddressInfo).port, http, end };
  }

  const ask = async ({ url }: Balancer) => (await fetch(url)).text();

  test("spreads requests and WebSockets, leaves out a node that ended, and takes it no more when told", async () => {
    const [one, other] = [await node("one"), await node("other")];
    const balancer = await Balancer.start([one.port, other.port]);
    cleanups.push(() => balancer.stop());
    const answers = new Set([await ask(balancer), await ask(balancer)]);
    expect(answers).toEqual(new Set(["one 127.0.0.1", "other 127.0.0.1"]));
    const socket = new WebSocket(balancer.url.replace("http", "ws"));
    cleanups.push(() => socket.terminate());
    const [greeted] = (await once(socket, "message")) as [Buffer];
    expect(["one", "other"]).toContain(greeted.toString());
    other.end();
    for (let asked = 0; asked < 4; asked++) expect(await ask(balancer)).toBe("one 127.0.0.1");
    const third = await node("third");
    await balancer.use([third.port]);
    await expect.poll(() => ask(balancer)).toBe("third 127.0.0.1");
    await balancer.kill();
    await expect(ask(balancer)).rejects.toThrow();
    await balancer.startAgain();
    expect(await ask(balancer)).toBe("third 127.0.0.1");
  });
});

describe.skipIf(isMissing("PostgreSQL", "nats-server", "nginx"))("a cluster", () => {
  test("has two nodes that are ready and know each other's people; one that was killed comes back", async () => {
    const cluster = await Cluster.start({ nodes: 2, balanced: true });
    cleanups.push(() => cluster.stop());
    const ready = (index: number) => fetch(new URL("/readyz", cluster.node(index).url)).then(({ status }) => status);
    expect([await ready(0), await ready(1)]).toEqual([200, 200]);
    const owner = await cluster.signInAt(0);
    const somebody = { email: "somebody@example.com", password: "battery staple correct" };
    await owner.api.act(organisationApi, "add_member", { org_id: owner.orgId, ...somebody, role: "member" });
    expect((await cluster.signInAt(1, somebody)).orgId).toBe(owner.orgId);
    expect((await cluster.signIn(somebody.email, somebody.password)).orgId).toBe(owner.orgId);
    await cluster.kill(1);
    await expect(ready(1)).rejects.toThrow();
    await cluster.restart(1);
    expect(await ready(1)).toBe(200);
    expect(await cluster.term(0)).toBe(0);
  });
});
