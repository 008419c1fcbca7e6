import { type AgentMessage, type ControlMessage, LINK_KEY_LABEL, NO_SESSION } from "@sallyport/protocol";
import { deriveChannelKey, type SecureMessage } from "@sallyport/secure-terminal";
import type { WebSocket } from "ws";
import { Inbox } from "./inbox.ts";
import { type Sign, signer } from "./signer.ts";

/** What a link needs to know of the control plane it reached. */
export interface LinkHome {
  machineId: string;
  orgId: string;
  machineKey: string;
  clockOffsetMs: number;
  links: { push(link: FakeLink): void };
}

/** The control plane's end of one link. It is in the inbox once its hello has been answered. */
export class FakeLink {
  readonly messages = new Inbox<AgentMessage>();
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #home: LinkHome;
  /** Signs for this connection, from its hello on. */
  sign: Sign = () => {
    throw new Error("there was no hello yet");
  };

  constructor(socket: WebSocket, home: LinkHome) {
    this.#socket = socket;
    this.#home = home;
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as AgentMessage;
      this.messages.push(message);
      if (message.type === "hello") this.#welcome(message.challenge);
    });
  }

  command(message: SecureMessage): void {
    this.send({ type: "command", message: { ...message } });
  }

  send(message: ControlMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The next message of this type. */
  next<Type extends AgentMessage["type"]>(type: Type): Promise<Extract<AgentMessage, { type: Type }>> {
    return this.messages.next((message): message is Extract<AgentMessage, { type: Type }> => message.type === type);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #welcome(challenge: string): void {
    const { machineId, orgId, machineKey, clockOffsetMs } = this.#home;
    const now = () => Date.now() + clockOffsetMs;
    this.sign = signer({ key: deriveChannelKey(machineKey, LINK_KEY_LABEL, challenge), machineId, now });
    this.send({
      type: "welcome",
      machine_id: machineId,
      org_id: orgId,
      name: "db-1",
      heartbeat_interval_seconds: 30,
      clock: { ...this.sign("clock", NO_SESSION, { server_time_ms: now() }) },
    });
    this.#home.links.push(this);
  }
}
