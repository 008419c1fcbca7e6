import type { Socket } from "node:net";
import { FromHost, type HostFacts, type ToHost } from "../host/host-protocol.ts";
import type { MachineAllows } from "../host/link-port.ts";
import { readLines, writeLine } from "../platform/json-lines.ts";
import { connectLocal } from "../platform/local-socket.ts";

export type Challenge = Extract<FromHost, { type: "challenge" }>;

/** How long a host on the same machine may take to answer before it is taken for stuck. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface HostConnectionEvents {
  message(message: FromHost): void;
  /** Once: the host has gone or has let go of us, or it does not answer, which says nothing about its sessions. */
  closed(why: "gone" | "stuck"): void;
}

/** The link's end of the socket to the session host. */
export class HostConnection {
  /** Resolves when the host has gone, or when we closed. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #isStuck = false;
  #awaiting: { type: "challenge" | "facts"; answer: (message: FromHost | undefined) => void } | undefined;

  private constructor(socket: Socket, events: HostConnectionEvents) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    readLines(socket, FromHost, {
      message: (message) => {
        if (message.type === this.#awaiting?.type) this.#awaiting.answer(message);
        else events.message(message);
      },
      unknown: () => {},
      closed: () => {
        this.#awaiting?.answer(undefined);
        events.closed(this.#isStuck ? "stuck" : "gone");
      },
    });
  }

  /** Connects to a running host, or resolves to undefined when there is none. */
  static async open(path: string, events: HostConnectionEvents): Promise<HostConnection | undefined> {
    const socket = await connectLocal(path);
    return socket && new HostConnection(socket, events);
  }

  send(message: ToHost): void {
    writeLine(this.#socket, message);
  }

  /**
   * Becomes the host's one link, and tells it what this machine's configuration allows. Undefined when the host
   * went away or did not answer; the connection is then closed.
   */
  async connect({ sessionEnabled, desktop }: MachineAllows): Promise<Challenge | undefined> {
    const answer = await this.#ask({ type: "connect", session_enabled: sessionEnabled, desktop }, "challenge");
    return answer?.type === "challenge" ? answer : undefined;
  }

  /** Asks what the host holds, without becoming its link. */
  async list(): Promise<HostFacts | undefined> {
    const answer = await this.#ask({ type: "list" }, "facts");
    return answer?.type === "facts" ? answer : undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(question: ToHost, type: "challenge" | "facts"): Promise<FromHost | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#isStuck = true;
        this.#socket.destroy();
      }, ANSWER_TIMEOUT_MS);
      const answer = (message: FromHost | undefined) => {
        clearTimeout(timer);
        this.#awaiting = undefined;
        resolve(message);
      };
      this.#awaiting = { type, answer };
      this.send(question);
      if (this.#socket.destroyed) answer(undefined);
    });
  }
}
