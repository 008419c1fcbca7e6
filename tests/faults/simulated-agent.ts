/** An idle agent without a session host: links up, beats, and comes back when its link is cut, as a real one does. */
import { randomBytes, randomUUID } from "node:crypto";
import { backoffMs, socketUrl } from "@sallyport/client";
import {
  type AgentMessage,
  ControlMessage,
  DEAD_AFTER_MS,
  LINK_PATH,
  PRODUCT_VERSION,
  PROTOCOL_VERSION,
} from "@sallyport/protocol";
import { WebSocket } from "ws";
import type { NodeIdentity } from "./enrol-fleet.ts";

/** A link that lived this long was no accident: the next wait starts small again. */
const STABLE_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 20_000;

interface SimulatedAgentEvents {
  attempted(): void;
  welcomed(): void;
  beat(): void;
  /** `why` is a close code, a refusal's HTTP status, or a network error's code. */
  dropped(why: string, wasLinked: boolean): void;
}

export interface SimulatedAgentOptions {
  control: string;
  identity: NodeIdentity;
  /** Where its connections come from; undefined leaves it to the system. */
  localAddress: string | undefined;
  events: SimulatedAgentEvents;
}

export class SimulatedAgent {
  readonly #options: SimulatedAgentOptions;
  readonly #hostId = randomUUID();
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #attempt = 0;
  #welcomedAtMs: number | undefined;
  #heardAtMs = 0;
  #isStopped = false;

  constructor(options: SimulatedAgentOptions) {
    this.#options = options;
  }

  get isLinked(): boolean {
    return this.#welcomedAtMs !== undefined;
  }

  get isDialling(): boolean {
    return this.#socket !== undefined && !this.isLinked && this.#socket.readyState !== WebSocket.CLOSED;
  }

  startIn(delayMs: number): void {
    this.#timer = setTimeout(() => this.#connect(), delayMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#heartbeat);
    this.#socket?.terminate();
  }

  /** Drops a link that has been silent for too long. One timer for the whole fleet calls this now and then. */
  dropIfSilent(nowMs: number): void {
    if (this.isLinked && nowMs - this.#heardAtMs > DEAD_AFTER_MS) this.#socket?.terminate();
  }

  #connect(): void {
    const { control, identity, localAddress, events } = this.#options;
    events.attempted();
    const socket = new WebSocket(socketUrl(control, LINK_PATH, {}), {
      headers: { authorization: `Bearer ${identity.nodeKey}` },
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      ...(localAddress !== undefined && { localAddress }),
    });
    this.#socket = socket;
    let why: string | undefined;
    const heard = () => {
      this.#heardAtMs = performance.now();
    };
    socket.on("open", () => this.#send(this.#hello()));
    socket.on("ping", heard);
    socket.on("message", (data) => {
      heard();
      this.#onMessage(data.toString());
    });
    socket.on("unexpected-response", (_request, response) => {
      why = `HTTP ${response.statusCode}`;
      socket.terminate();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      why ??= error.code ?? error.message;
    });
    socket.on("close", (code) => this.#onClose(why ?? String(code)));
  }

  #hello(): AgentMessage {
    return {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      version: PRODUCT_VERSION,
      hostname: "simulated",
      os: "linux",
      challenge: randomBytes(32).toString("hex"),
      host_id: this.#hostId,
      sessions: [],
    };
  }

  #onMessage(text: string): void {
    const message = ControlMessage.safeParse(JSON.parse(text)).data;
    if (message?.type === "command") {
      const { sessionId } = message.message.data;
      const session_id = typeof sessionId === "string" ? sessionId : null;
      this.#send({ type: "refused", session_id, code: "HOST_UNAVAILABLE", reason: "simulated" });
    }
    if (message?.type !== "welcome" || this.isLinked) return;
    this.#welcomedAtMs = performance.now();
    this.#heartbeat = setInterval(() => {
      this.#send({ type: "heartbeat" });
      this.#options.events.beat();
    }, message.heartbeat_interval_seconds * 1_000);
    this.#options.events.welcomed();
  }

  #onClose(why: string): void {
    clearInterval(this.#heartbeat);
    if (this.#isStopped) return;
    if (this.#welcomedAtMs !== undefined && performance.now() - this.#welcomedAtMs > STABLE_MS) this.#attempt = 0;
    const wasLinked = this.isLinked;
    this.#welcomedAtMs = undefined;
    this.#options.events.dropped(why, wasLinked);
    this.startIn(backoffMs(this.#attempt));
    this.#attempt += 1;
  }

  #send(message: AgentMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
