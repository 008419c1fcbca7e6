/** One agent's link: its hello, our welcome, its signs of life, and our signed commands. */
import {
  AgentMessage,
  AppError,
  type ControlMessage,
  closeCode,
  type DesktopFacts,
  type ErrorCode,
  type ExitReport,
  HEARTBEAT_INTERVAL_SECONDS,
  LINK_KEY_LABEL,
  NO_SESSION,
  PRE_AUTH_TIMEOUT_MS,
  PROTOCOL_VERSION,
  type RefusalCode,
  STARTS_WITH,
} from "@sallyport/protocol";
import { deriveChannelKey, type MessageIdentity, signMessage } from "@sallyport/secure-terminal";
import type { RawData, WebSocket } from "ws";
import { closeReason } from "../../platform/live/close-reason.ts";
import type { Logger } from "../../platform/logger.ts";
import { steadyNow } from "../../platform/steady-clock.ts";
import type { Machine } from "../machines/index.ts";

/** A command that the machine did not carry out. */
export interface Refusal {
  sessionId: string | null;
  code: RefusalCode;
  epoch: number | undefined;
  reason: string;
}

/** What became of the question to the person at the machine. */
export type ConsentOutcome = Extract<AgentMessage, { type: "desktop_consent" }>["outcome"];

const STARTING: ReadonlySet<string> = new Set(Object.values(STARTS_WITH));

export interface AgentLinkEvents {
  /** The hello was understood and the welcome is on its way. */
  linked(link: AgentLink, hello: Extract<AgentMessage, { type: "hello" }>): void;
  beat(link: AgentLink): void;
  goodbye(link: AgentLink): void;
  sessionEnded(link: AgentLink, sessionId: string, exit: ExitReport): void;
  refused(link: AgentLink, refusal: Refusal): void;
  /** What it says of its screen (`link.desktop`) has changed. */
  desktopChanged(link: AgentLink): void;
  desktopConsent(link: AgentLink, sessionId: string, outcome: ConsentOutcome): void;
  desktopEnded(link: AgentLink, sessionId: string, end: { byPerson: boolean; reason: string }): void;
  closed(link: AgentLink): void;
}

export class AgentLink {
  readonly machineId: string;
  readonly machine: Machine;
  readonly ipAddress: string;
  /** Milliseconds since the epoch. */
  readonly openedAt = Date.now();
  readonly #machineKey: string;
  readonly #socket: WebSocket;
  readonly #events: AgentLinkEvents;
  readonly #logger: Logger;
  #linkKey: string | undefined;
  #hostId: string | undefined;
  #desktop: DesktopFacts | undefined;
  /** Ended or said goodbye: nothing more is listened to. */
  #isOver = false;
  /** Sessions that were started through this link, so after its hello was said. */
  readonly #started = new Set<string>();

  constructor(
    socket: WebSocket,
    machine: Machine,
    { machineKey, ipAddress }: { machineKey: string; ipAddress: string },
    { events, logger }: { events: AgentLinkEvents; logger: Logger },
  ) {
    this.machineId = machine.id;
    this.machine = machine;
    this.ipAddress = ipAddress;
    this.#machineKey = machineKey;
    this.#socket = socket;
    this.#events = events;
    this.#logger = logger;
    const deadline = setTimeout(() => this.end("PROTOCOL_ERROR", "no hello in time"), PRE_AUTH_TIMEOUT_MS);
    socket.on("message", (data, isBinary) => {
      clearTimeout(deadline);
      this.#receive(data, isBinary);
    });
    socket.once("close", () => {
      clearTimeout(deadline);
      this.#isOver = true;
      events.closed(this);
    });
  }

  /** Signs a command with this connection's key and sends it. */
  command(identity: MessageIdentity, type: string, payload: unknown): void {
    if (this.#linkKey === undefined) throw new Error("invariant: a command before the welcome");
    if (STARTING.has(type)) this.#started.add(identity.sessionId);
    this.#send({
      type: "command",
      message: signMessage({ type, identity, payload, secret: this.#linkKey, now: steadyNow() }),
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Which session host is behind it: another one means another agent, or one whose host has restarted. */
  get hostId(): string | undefined {
    return this.#hostId;
  }

  /** What the machine said last of its screen; undefined for an agent that shows no desktops. */
  get desktop(): DesktopFacts | undefined {
    return this.#desktop;
  }

  /** Whether a session may be there although the hello of this link does not list it. */
  wasToldToStart(sessionId: string): boolean {
    return this.#started.has(sessionId);
  }

  /** Whether the machine, as it is now, may keep this link: not barred, and not enrolled anew with other keys. */
  isStillOf(machine: Machine): boolean {
    return refusalOf(machine) === undefined && !this.isOfFormer(machine);
  }

  /** Whether the machine has enrolled anew since, and this is the link of the agent that it had before. */
  isOfFormer(machine: Machine): boolean {
    return machine.nodeKeyHash !== this.machine.nodeKeyHash;
  }

  renamed(name: string): void {
    this.#send({ type: "renamed", name });
  }

  /** A newer link of the same machine took over. */
  replace(): void {
    this.#socket.close(closeCode("SESSION_TAKEN_OVER"), "replaced by a newer link");
  }

  end(code: ErrorCode, reason: string): void {
    this.#isOver = true;
    this.#send({ type: "error", code, message: reason });
    this.#socket.close(closeCode(code), closeReason(reason));
  }

  #send(message: ControlMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#isOver) return;
    const message = isBinary ? undefined : parseMessage(data);
    if (!message) return this.end("PROTOCOL_ERROR", "a message could not be read");
    if (message.type === "hello") return this.#hello(message);
    if (this.#linkKey === undefined) return this.end("PROTOCOL_ERROR", "the first message must be a hello");
    switch (message.type) {
      case "heartbeat":
        return this.#events.beat(this);
      case "goodbye":
        this.#isOver = true;
        return this.#events.goodbye(this);
      case "session_ended":
        return this.#events.sessionEnded(this, message.session_id, message.exit);
      case "refused":
        return this.#events.refused(this, {
          sessionId: message.session_id,
          code: message.code,
          epoch: message.epoch,
          reason: message.reason,
        });
      case "desktop":
        this.#desktop = message.desktop;
        return this.#events.desktopChanged(this);
      case "desktop_consent":
        return this.#events.desktopConsent(this, message.session_id, message.outcome);
      case "desktop_ended":
        return this.#events.desktopEnded(this, message.session_id, {
          byPerson: message.by_person,
          reason: message.reason,
        });
      default:
        message satisfies never;
    }
  }

  #hello(hello: Extract<AgentMessage, { type: "hello" }>): void {
    if (this.#linkKey !== undefined) return this.end("PROTOCOL_ERROR", "a second hello");
    if (hello.protocol !== PROTOCOL_VERSION) {
      return this.end("UPGRADE_REQUIRED", `this control plane speaks version ${PROTOCOL_VERSION} of the link`);
    }
    this.#hostId = hello.host_id;
    this.#desktop = hello.desktop;
    this.#linkKey = deriveChannelKey(this.#machineKey, LINK_KEY_LABEL, hello.challenge);
    const now = Math.round(steadyNow());
    const identity = { sessionId: NO_SESSION, machineId: this.machineId, userId: "", capabilities: [] };
    this.#send({
      type: "welcome",
      machine_id: this.machineId,
      org_id: this.machine.orgId,
      name: this.machine.name,
      heartbeat_interval_seconds: HEARTBEAT_INTERVAL_SECONDS,
      clock: signMessage({ type: "clock", identity, payload: { server_time_ms: now }, secret: this.#linkKey, now }),
    });
    this.#logger.info(
      { machine_id: this.machineId, version: hello.version, sessions: hello.sessions.length },
      "agent linked",
    );
    this.#events.linked(this, hello);
  }
}

function parseMessage(data: RawData): AgentMessage | undefined {
  try {
    return AgentMessage.safeParse(JSON.parse(String(data))).data;
  } catch {
    return undefined;
  }
}

/** What a machine must be to keep a link; the refusal otherwise. */
export function refusalOf({ adminDisabled, status }: Machine): AppError | undefined {
  return adminDisabled || status === "quarantined" ? new AppError("MACHINE_DISABLED", {}) : undefined;
}
