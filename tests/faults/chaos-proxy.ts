/**
 * A TCP proxy that makes a bad line of a good one: slow, stalling, in single bytes, frozen or cut. It never loses,
 * doubles or reorders a byte except by a cut.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { ChaosConnection, type Cut, type Direction } from "./chaos-connection.ts";
import { CLEAN, type Conditions } from "./chaos-pipe.ts";
import { seededRandom } from "./random.ts";

/** What a new connection meets: `refuse` resets it, `hang` takes it and never answers. */
export type Welcome = "accept" | "refuse" | "hang";

export interface ChaosProxyOptions {
  /** Port of what the proxy stands before. */
  target: number;
  targetHost?: string;
  /** Where the proxy listens; the address of a veth device for agents in a network namespace. */
  host?: string;
  seed?: number;
}

export class ChaosProxy {
  readonly #server: Server;
  readonly #target: { port: number; host: string };
  readonly #random: () => number;
  readonly #connections = new Set<ChaosConnection>();
  readonly #hanging = new Set<Socket>();
  #conditions: Conditions = CLEAN;
  #welcome: Welcome = "accept";
  /** Connections that were dialled, let in or not. */
  dialled = 0;

  private constructor({ target, targetHost = "127.0.0.1", seed = 1 }: ChaosProxyOptions) {
    this.#target = { port: target, host: targetHost };
    this.#random = seededRandom(seed);
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#onConnection(client));
  }

  static async start(options: ChaosProxyOptions): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(options);
    await once(proxy.#server.listen(0, options.host ?? "127.0.0.1"), "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Those that are open, oldest first. */
  get connections(): ChaosConnection[] {
    return [...this.#connections];
  }

  /** Changes the line of every connection, present and future. */
  set({ welcome, ...conditions }: Partial<Conditions> & { welcome?: Welcome }): void {
    if (welcome) this.#welcome = welcome;
    this.#conditions = { ...this.#conditions, ...conditions };
    for (const connection of this.#connections) connection.set(conditions);
  }

  cut(how: Cut): void {
    for (const connection of this.connections) connection.cut(how);
  }

  freeze(direction: Direction | "both" = "both"): void {
    for (const connection of this.#connections) connection.freeze(direction);
  }

  /** A clean line again: what was frozen is delivered, new connections are let in. What was cut stays cut. */
  heal(): void {
    this.set({ ...CLEAN, welcome: "accept" });
    for (const connection of this.#connections) connection.thaw();
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    for (const socket of this.#hanging) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #onConnection(client: Socket): void {
    this.dialled += 1;
    client.on("error", () => {});
    if (this.#welcome === "refuse") {
      client.resetAndDestroy();
      return;
    }
    if (this.#welcome === "hang") {
      client.pause();
      this.#hanging.add(client);
      return;
    }
    const target = connect({ ...this.#target, allowHalfOpen: true });
    const connection = new ChaosConnection(client, target, this.#conditions, this.#random);
    this.#connections.add(connection);
    let open = 2;
    for (const socket of [client, target]) {
      socket.once("close", () => {
        open -= 1;
        if (open === 0) this.#connections.delete(connection);
      });
    }
  }
}
