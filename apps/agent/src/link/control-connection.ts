/** One connection to the control plane, from dial to close: hello, welcome, heartbeats, messages both ways. */
import { socketUrl } from "@sallyport/client";
import {
  type AgentMessage,
  ControlMessage,
  LINK_MESSAGE_BYTES,
  LINK_PATH,
  STREAM_DIAL_TIMEOUT_MS,
} from "@sallyport/protocol";
import { type DialledSocket, dialWebSocket, type SocketEnd } from "../platform/dial-web-socket.ts";
import type { Logger } from "../platform/logger.ts";

type Welcome = Extract<ControlMessage, { type: "welcome" }>;
export type FromControl = Exclude<ControlMessage, { type: "welcome" | "error" }>;
export type Hello = Extract<AgentMessage, { type: "hello" }>;

export interface ControlConnectionEvents {
  /** Makes this connection's hello; undefined when it cannot be made and the connection is of no use. */
  hello(): Promise<Hello | undefined>;
  welcomed(welcome: Welcome): void;
  message(message: FromControl): void;
  ended(end: ConnectionEnd): void;
}

/** How a connection ended. `refused` is the code with which the control plane said no, and waiting will not help. */
export interface ConnectionEnd {
  reason: string;
  refused: string | null;
}

/** Refusals that somebody must lift: a deleted or disabled machine, a node key used twice, a version that is too old. */
const LASTING_CLOSE_CODES: ReadonlySet<number> = new Set([4401, 4403, 4409, 4426]);
const LASTING_STATUSES: ReadonlySet<number> = new Set([401, 403, 426]);

const HEARTBEAT_SECONDS = { min: 1, max: 300 };
const NORMAL_CLOSE = 1000;
const GOING_AWAY_CLOSE = 1001;
const PROTOCOL_ERROR_CLOSE = 4400;

export class ControlConnection {
  readonly #socket: DialledSocket;
  readonly #events: ControlConnectionEvents;
  readonly #logger: Logger;
  readonly #welcomeTimer: NodeJS.Timeout;
  #heartbeat: NodeJS.Timeout | undefined;
  #saidHello = false;
  #welcomed = false;
  #error: { code: string; message: string } | undefined;

  constructor(controlUrl: string, nodeKey: string, logger: Logger, events: ControlConnectionEvents) {
    this.#events = events;
    this.#logger = logger;
    this.#socket = dialWebSocket(
      {
        url: socketUrl(controlUrl, LINK_PATH, {}),
        headers: { authorization: `Bearer ${nodeKey}` },
        maxMessageBytes: LINK_MESSAGE_BYTES,
      },
      {
        opened: () => void this.#sayHello(),
        text: (text) => this.#onText(text),
        binary: () => this.#socket.close(PROTOCOL_ERROR_CLOSE, "the link carries text"),
        ended: (end) => this.#onEnded(end),
      },
    );
    this.#welcomeTimer = setTimeout(() => this.#socket.terminate(), 2 * STREAM_DIAL_TIMEOUT_MS);
  }

  /** Sends, once hello was said: before it the control plane does not know who speaks. */
  send(message: AgentMessage): void {
    if (this.#saidHello) this.#socket.sendText(JSON.stringify(message));
  }

  /** Closes; with a goodbye when the machine goes on purpose, so that it counts as offline at once. */
  close(why: "goodbye" | "again"): void {
    if (why === "goodbye") this.send({ type: "goodbye" });
    this.#socket.close(why === "goodbye" ? NORMAL_CLOSE : GOING_AWAY_CLOSE, why);
  }

  async #sayHello(): Promise<void> {
    const hello = await this.#events.hello();
    if (!hello) return this.#socket.close(GOING_AWAY_CLOSE, "no session host");
    this.#saidHello = true;
    this.send(hello);
  }

  #onText(text: string): void {
    const message = parseControlMessage(text);
    if (!message) return this.#logger.warn("message from the control plane not understood", { bytes: text.length });
    switch (message.type) {
      case "welcome":
        return this.#onWelcome(message);
      case "error":
        this.#error = { code: message.code, message: message.message };
        return;
      case "command":
      case "renamed":
        if (this.#welcomed) this.#events.message(message);
        return;
      default:
        message satisfies never;
    }
  }

  #onWelcome(welcome: Welcome): void {
    if (this.#welcomed || !this.#saidHello) return;
    this.#welcomed = true;
    clearTimeout(this.#welcomeTimer);
    const { min, max } = HEARTBEAT_SECONDS;
    const everySeconds = Math.min(max, Math.max(min, welcome.heartbeat_interval_seconds));
    this.#heartbeat = setInterval(() => this.send({ type: "heartbeat" }), everySeconds * 1000);
    this.#events.welcomed(welcome);
  }

  #onEnded({ code, reason, refusal }: SocketEnd): void {
    clearTimeout(this.#welcomeTimer);
    clearInterval(this.#heartbeat);
    this.#saidHello = false;
    const lasting = refusal ? LASTING_STATUSES.has(refusal.status) : LASTING_CLOSE_CODES.has(code);
    this.#events.ended({
      reason: this.#error?.message ?? reason,
      refused: lasting ? (refusal?.code ?? this.#error?.code ?? `CLOSED_${code}`) : null,
    });
  }
}

function parseControlMessage(text: string): ControlMessage | undefined {
  try {
    return ControlMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
