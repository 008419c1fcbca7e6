/**
 * WebSocket upgrades on the HTTP server's port. Every route says which origins it takes; everything that can be
 * refused is refused before the handshake, with the same JSON as the API, and no socket gets past an unproven caller.
 */
import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { AppError, type ErrorCode, SOCKETS } from "@sallyport/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import { errorResponse } from "../http/error-response.ts";
import { SECURITY_HEADERS } from "../http/security-headers.ts";
import { type Logger, withoutQuery } from "../logger.ts";
import type { Metrics } from "../metrics.ts";
import { keepAlive } from "./keep-alive.ts";

/** How long a graceful stop waits for the other sides of open sockets. */
const DRAIN_MS = 1_000;

/** Who a caller turned out to be: the product's ids, which mean nothing here. */
interface KnownCaller {
  userId?: string;
  machineId?: string;
  /** The machine's. */
  orgId?: string;
}

/** A handshake that was turned away, for whoever keeps a record of such. */
export interface RefusedUpgrade {
  code: ErrorCode;
  path: string;
  /** As it came. */
  query: URLSearchParams;
  caller: KnownCaller;
  ipAddress: string;
}

export interface UpgradeRequest {
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  /** Subprotocols that the caller offers, in its order. */
  protocols: readonly string[];
  ipAddress: string;
  /** For the route to fill in as it finds out. */
  caller: KnownCaller;
}

export interface SocketRoute {
  path: string;
  /** `ours`: a browser must come from an allowed origin. `none`: machines only, any Origin header is refused. */
  origin: "ours" | "none";
  maxMessageBytes: number;
  /**
   * Decides, and does what must be done before the handshake. Throws an AppError to refuse; otherwise returns the
   * function that takes the open socket, and the subprotocol to select.
   */
  accept(request: UpgradeRequest): Promise<{ protocol?: string; open(socket: WebSocket): void; abandoned?(): void }>;
}

export interface SocketRouterOptions {
  logger: Logger;
  metrics: Metrics;
  isAllowedOrigin(origin: string): boolean;
  clientAddress(request: IncomingMessage): string;
  /** The handshake of this connection was accepted. */
  accepted(socket: object): void;
  /** A handshake on one of the routes was refused by a rule, not by a fault. */
  refused(upgrade: RefusedUpgrade): void;
}

export class SocketRouter {
  readonly #routes = new Map<string, SocketRoute & { server: WebSocketServer }>();
  readonly #options: SocketRouterOptions;
  readonly #open = new Set<WebSocket>();
  #closing = false;

  constructor(server: Server, options: SocketRouterOptions) {
    this.#options = options;
    server.on("upgrade", (request, socket, head) => {
      socket.on("error", () => socket.destroy());
      void this.#upgrade(request, socket, head);
    });
  }

  add(route: SocketRoute): void {
    const declared = SOCKETS.find(({ path }) => path === route.path);
    if (declared?.origin !== route.origin) throw new Error(`invariant: ${route.path} is not in the policy registry`);
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: route.maxMessageBytes,
      perMessageDeflate: false,
      handleProtocols: (_offered, request) => selected.get(request) ?? false,
    });
    this.#routes.set(route.path, { ...route, server });
  }

  /** From now on every handshake is refused; open sockets are their features' to close. */
  close(): void {
    this.#closing = true;
  }

  /** Waits a moment for sockets that were told to close, and ends those whose other side does not answer. */
  async drain(): Promise<void> {
    const closing = [...this.#open].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    await Promise.race([Promise.all(closing), new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
    for (const socket of this.#open) socket.terminate();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { logger, metrics, clientAddress } = this.#options;
    const path = withoutQuery(request.url);
    const route = this.#routes.get(path);
    const query = new URL(request.url ?? "/", "http://localhost").searchParams;
    const caller: KnownCaller = {};
    const ipAddress = clientAddress(request);
    try {
      if (!route) throw new AppError("NOT_FOUND", { what: "WebSocket" });
      if (this.#closing) throw new AppError("SHUTTING_DOWN", {});
      this.#checkOrigin(route, request);
      const accepted = await route.accept({
        query,
        headers: request.headers,
        protocols: offered(request),
        ipAddress,
        caller,
      });
      if (this.#closing) {
        accepted.abandoned?.();
        throw new AppError("SHUTTING_DOWN", {});
      }
      if (socket.destroyed || !socket.writable) {
        accepted.abandoned?.();
        return;
      }
      if (accepted.protocol !== undefined) selected.set(request, accepted.protocol);
      let opened = false;
      // A handshake that ws itself refuses (a bad key or version) ends the connection without a socket.
      socket.once("close", () => {
        if (!opened) accepted.abandoned?.();
      });
      route.server.handleUpgrade(request, socket, head, (webSocket) => {
        opened = true;
        this.#options.accepted(socket);
        this.#open.add(webSocket);
        webSocket.once("close", () => this.#open.delete(webSocket));
        // ws reports broken frames here and closes by itself; without a listener it would end the process.
        webSocket.on("error", (error) => logger.debug({ path, reason: error.message }, "socket error"));
        keepAlive(webSocket);
        accepted.open(webSocket);
      });
    } catch (thrown) {
      const { status, headers, body, incident } = errorResponse(thrown);
      if (incident) logger.error({ incident, path, err: thrown }, "incident");
      metrics.socketRefusals.inc({ code: body.error.code });
      logger.debug({ path, status, code: body.error.code }, "handshake refused");
      refuse(socket, status, headers, JSON.stringify(body));
      if (route && thrown instanceof AppError) {
        this.#options.refused({ code: thrown.code, path, query, caller, ipAddress });
      }
    }
  }

  #checkOrigin(route: SocketRoute, request: IncomingMessage): void {
    const values = request.rawHeaders.filter(
      (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === "origin",
    );
    if (values.length === 0) return;
    const [origin = ""] = values;
    if (route.origin === "none" || values.length > 1 || !this.#options.isAllowedOrigin(origin)) {
      throw new AppError("ORIGIN_NOT_ALLOWED", {});
    }
  }
}

/** ws asks for the subprotocol by request, after we have decided. */
const selected = new WeakMap<IncomingMessage, string>();

const offered = (request: IncomingMessage): string[] =>
  (request.headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);

function refuse(socket: Duplex, status: number, headers: Record<string, string>, body: string): void {
  const all = {
    ...SECURITY_HEADERS,
    ...headers,
    connection: "close",
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
}
