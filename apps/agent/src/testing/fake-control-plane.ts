/**
 * A control plane in a hundred lines, for the agent's own tests: real HTTP, real WebSockets, real signatures, and it
 * does only what it is told, also what no honest one would.
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { desktopApi, LINK_PATH, STREAM_PATH } from "@sallyport/protocol";
import { WebSocketServer } from "ws";
import { FakeLink } from "./fake-link.ts";
import { FakeStream } from "./fake-stream.ts";
import { Inbox } from "./inbox.ts";

export const MACHINE_SECRET = "machine-secret-of-the-tests";
export const NODE_KEY = "node-key-of-the-tests";
export const AUTH_KEY = "tskey-auth-good";

interface HttpCall {
  path: string;
  body: Record<string, unknown>;
}

export class FakeControlPlane {
  readonly machineId: string;
  readonly orgId = randomUUID();
  readonly calls = new Inbox<HttpCall>();
  readonly links = new Inbox<FakeLink>();
  readonly streams = new Inbox<FakeStream>();
  /** What every dial of the link is answered with, in place of an upgrade. */
  linkRefusal: { status: number; code: string; message: string } | undefined;
  /** Milliseconds by which our clock differs from the machine's. */
  clockOffsetMs = 0;
  linkDials = 0;
  readonly #sockets = new Set<Socket>();
  readonly #upgrader = new WebSocketServer({ noServer: true });
  readonly #server = createServer();
  #port = 0;
  #isAway = false;

  /** Nodes of one control plane know the same machine. */
  constructor(machineId: string = randomUUID()) {
    this.machineId = machineId;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }
  get streamUrl(): string {
    return `ws://127.0.0.1:${this.#port}${STREAM_PATH}`;
  }
  get machineKey(): string {
    return createHash("sha256").update(MACHINE_SECRET).digest("hex");
  }

  async start(): Promise<this> {
    this.#server.on("request", (request, response) => void this.#answer(request, response));
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("upgrade", (request, socket: Socket, head) => this.#upgrade(request, socket, head));
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Goes away as a killed process does: without a word. Its port stays its own, for nobody else may have it meanwhile. */
  goAway(): void {
    this.#isAway = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  comeBack(): void {
    this.#isAway = false;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#isAway) return void socket.destroy();
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    if (request.url === LINK_PATH) {
      this.linkDials += 1;
      if (this.linkRefusal) return refuse(socket, this.linkRefusal);
      if (token !== NODE_KEY) return refuse(socket, { status: 401, code: "INVALID_NODE_KEY", message: "unknown" });
    }
    if (request.url !== LINK_PATH && request.url !== STREAM_PATH) {
      return refuse(socket, { status: 404, code: "NOT_FOUND", message: "Page not found" });
    }
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      if (request.url === LINK_PATH) new FakeLink(webSocket, this);
      else
        this.streams.push(
          new FakeStream(webSocket, { token, request, machineKey: this.machineKey, machineId: this.machineId }),
        );
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#isAway) return void request.socket.destroy();
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    const path = request.url ?? "";
    this.calls.push({ path, body });
    const { status, ...envelope } = this.#answerTo(path, body);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(envelope));
  }

  #answerTo(path: string, body: Record<string, unknown>): { status: number } {
    if (path === "/api/register-machine") return this.#register(body);
    if (path !== desktopApi.path) return this.#heartbeat(body);
    return { status: 200, ...{ success: true, data: { session_id: body.session_id, status: "connecting" } } };
  }

  #register({ auth_key, name }: Record<string, unknown>) {
    if (auth_key !== AUTH_KEY) {
      return { status: 401, success: false, error: { code: "INVALID_KEY", message: "Invalid or expired auth key" } };
    }
    const data = {
      machine_id: this.machineId,
      tailnet_ip: "100.64.0.7",
      org_id: this.orgId,
      name,
      status: "offline",
      ephemeral: false,
      node_key: NODE_KEY,
      machine_secret: MACHINE_SECRET,
      heartbeat_interval_seconds: 30,
    };
    return { status: 200, success: true, data };
  }

  #heartbeat({ status }: Record<string, unknown>) {
    const server_time = new Date().toISOString();
    return {
      status: 200,
      success: true,
      data: { machine_id: this.machineId, status, heartbeat_interval_seconds: 30, server_time },
    };
  }
}

function refuse(socket: Socket, { status, code, message }: { status: number; code: string; message: string }): void {
  const body = JSON.stringify({ success: false, data: null, error: { code, message } });
  const head = `HTTP/1.1 ${status} No\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body);
}
