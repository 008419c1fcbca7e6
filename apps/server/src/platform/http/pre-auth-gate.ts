/**
 * Bounds the connections that have not shown what they want: those whose first request was not answered yet, and
 * those whose handshake is not decided. Without it, whoever opens sockets and says nothing takes them all.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import proxyAddr from "@fastify/proxy-addr";
import { PRE_AUTH_SOCKETS, PRE_AUTH_SOCKETS_PER_ADDRESS } from "@sallyport/protocol";
import type { Metrics } from "../metrics.ts";
import { addressGroup } from "./address-group.ts";

export class PreAuthGate {
  readonly #perGroup = new Map<string, number>();
  readonly #unproven = new Map<object, string>();
  readonly #metrics: Metrics;
  readonly #isTrusted: (address: string) => boolean;

  /** @param trustProxy proxies speak for many: only the limit of all applies to them */
  constructor(server: Server, { metrics, trustProxy }: { metrics: Metrics; trustProxy: readonly string[] }) {
    this.#metrics = metrics;
    const trusted = proxyAddr.compile([...trustProxy]);
    this.#isTrusted = (address) => trusted(address, 0);
    server.on("connection", (socket: Socket) => this.#connected(socket));
  }

  /** This connection has had an answer: it no longer counts. */
  proven(socket: object): void {
    const group = this.#unproven.get(socket);
    if (group === undefined) return;
    this.#unproven.delete(socket);
    const left = (this.#perGroup.get(group) ?? 1) - 1;
    if (left > 0) this.#perGroup.set(group, left);
    else this.#perGroup.delete(group);
  }

  #connected(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    const group = addressGroup(address);
    const count = this.#perGroup.get(group) ?? 0;
    const isOver = count >= PRE_AUTH_SOCKETS_PER_ADDRESS && !this.#isTrusted(address);
    if (isOver || this.#unproven.size >= PRE_AUTH_SOCKETS) {
      this.#metrics.rateLimited.inc({ what: "connection" });
      socket.destroy();
      return;
    }
    this.#unproven.set(socket, group);
    this.#perGroup.set(group, count + 1);
    socket.once("close", () => this.proven(socket));
  }
}
