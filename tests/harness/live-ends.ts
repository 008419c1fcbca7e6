/** The two ends that hear of things at once: a machine's link that verifies its commands, and a dashboard's socket. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { socketUrl } from "@sallyport/client";
import {
  type AgentMessage,
  ControlMessage,
  DashboardEvent,
  JWT_SUBPROTOCOL_PREFIX,
  LINK_KEY_LABEL,
  LINK_PATH,
  LIVE_PATH,
  LIVE_SUBPROTOCOL,
  PRODUCT_VERSION,
  PROTOCOL_VERSION,
  type Registration,
} from "@sallyport/protocol";
import { deriveChannelKey, MessageVerifier } from "@sallyport/secure-terminal";
import { WebSocket } from "ws";
import type { Person } from "./control-plane.ts";

/** What came, in order; a test waits for what it needs. */
export class Heard<Item> {
  readonly all: Item[] = [];
  readonly #waiting = new Set<() => void>();

  push(item: Item): void {
    this.all.push(item);
    for (const look of [...this.#waiting]) look();
  }

  /** Calls back after everything that comes from now on. */
  onPush(look: () => void): void {
    this.#waiting.add(look);
  }

  /** The first item that matches, now or within 10 s. */
  async first<Found extends Item>(matches: (item: Item) => item is Found): Promise<Found>;
  async first(matches: (item: Item) => boolean): Promise<Item>;
  async first(matches: (item: Item) => boolean): Promise<Item> {
    const found = this.all.find(matches);
    if (found !== undefined) return found;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`waited 10 s; heard ${JSON.stringify(this.all).slice(0, 2_000)}`));
      }, 10_000);
      const look = () => {
        const item = this.all.find(matches);
        if (item === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(item);
      };
      this.#waiting.add(look);
    });
  }
}

export interface VerifiedCommand {
  type: string;
  sessionId: string;
  payload: unknown;
}

/** A machine's link without a session host. Only commands that verify with its own key are heard. */
export class MachineLink {
  readonly commands = new Heard<VerifiedCommand>();
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** @param says what its hello says beside what every hello does */
  static async open(
    url: string,
    { machine_id, node_key, machine_secret }: Registration,
    says: Partial<Extract<AgentMessage, { type: "hello" }>> = {},
  ): Promise<MachineLink> {
    const socket = new WebSocket(socketUrl(url, LINK_PATH, {}), { headers: { authorization: `Bearer ${node_key}` } });
    const link = new MachineLink(socket);
    const challenge = randomBytes(32).toString("hex");
    const machineKey = createHash("sha256").update(machine_secret).digest("hex");
    const key = deriveChannelKey(machineKey, LINK_KEY_LABEL, challenge);
    const logger = { info() {}, warn() {}, error() {}, debug() {} };
    const verifier = new MessageVerifier({ machineId: machine_id, logger });
    const welcomed = new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        const message = ControlMessage.parse(JSON.parse(String(data)));
        if (message.type === "welcome") resolve();
        if (message.type !== "command" || !verifier.verify(message.message, key).valid) return;
        const { type, data: signed } = message.message as {
          type: string;
          data: { sessionId: string; payload: unknown };
        };
        link.commands.push({ type, sessionId: signed.sessionId, payload: signed.payload });
      });
    });
    await once(socket, "open");
    link.send({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      version: PRODUCT_VERSION,
      hostname: "test",
      os: "linux",
      challenge,
      host_id: randomUUID(),
      sessions: [],
      ...says,
    });
    await welcomed;
    return link;
  }

  send(message: AgentMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** A dashboard that listens. */
export class LiveEars {
  readonly events = new Heard<DashboardEvent>();
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = once(socket, "close").then(([code]) => code as number);
    socket.on("message", (data) => this.events.push(DashboardEvent.parse(JSON.parse(String(data)))));
  }

  static async open(url: string, { access_token, orgId }: Pick<Person, "access_token" | "orgId">): Promise<LiveEars> {
    const socket = new WebSocket(socketUrl(url, LIVE_PATH, { org_id: orgId }), [
      LIVE_SUBPROTOCOL,
      `${JWT_SUBPROTOCOL_PREFIX}${access_token}`,
    ]);
    const ears = new LiveEars(socket);
    await once(socket, "open");
    return ears;
  }

  close(): void {
    this.#socket.terminate();
  }
}
