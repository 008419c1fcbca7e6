/**
 * The host's end of the socket to the link. Owner of "which connection is the link": at most one, the newest, because
 * only the newest can belong to a link that still runs.
 */
import type { Server, Socket } from "node:net";
import { DEFAULT_DESKTOP, type DesktopSettings } from "../desktop/desktop-settings.ts";
import { readLines, writeLine } from "../platform/json-lines.ts";
import { listenExclusively } from "../platform/local-socket.ts";
import type { Logger } from "../platform/logger.ts";
import { type FromHost, type HostFacts, ToHost } from "./host-protocol.ts";
import { refusal } from "./refusal.ts";

/** What is done for the one link. A new one is made for each of its connections to the control plane. */
export interface LinkService {
  readonly challenge: string;
  /** Returns how far the machine's clock is behind, or undefined when the message was not genuine. */
  welcome(clock: unknown): number | undefined;
  command(message: unknown): void;
}

/** What this machine's own configuration allows. */
export interface MachineAllows {
  sessionEnabled: boolean;
  desktop: DesktopSettings;
}

export interface LinkPortDeps {
  facts: () => HostFacts;
  newService: (allows: MachineAllows) => LinkService;
  shutdown: (reason: string) => void;
  /** The link came or went. */
  linkChanged: () => void;
  logger: Logger;
}

export class LinkPort {
  readonly #deps: LinkPortDeps;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #link: { socket: Socket; service: LinkService } | undefined;

  constructor(deps: LinkPortDeps) {
    this.#deps = deps;
  }

  /** Resolves to false when another host has the socket. */
  async listen(path: string): Promise<boolean> {
    this.#server = await listenExclusively(path, (socket) => this.#onConnection(socket));
    return this.#server !== undefined;
  }

  get hasLink(): boolean {
    return this.#link !== undefined;
  }

  /** Tells the link; while there is none, the next one learns it from the list of sessions. */
  report(message: FromHost): void {
    if (this.#link) writeLine(this.#link.socket, message);
  }

  /** Stops listening, and lets go of everyone once what was written has reached them. */
  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroySoon();
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    readLines(socket, ToHost, {
      message: (message) => this.#onMessage(socket, message),
      unknown: () => this.#deps.logger.warn("line from the link not understood"),
      closed: () => this.#onClosed(socket),
    });
  }

  #onMessage(socket: Socket, message: ToHost): void {
    switch (message.type) {
      case "connect":
        return this.#onConnect(socket, {
          sessionEnabled: message.session_enabled ?? true,
          desktop: message.desktop ?? DEFAULT_DESKTOP,
        });
      case "list":
        return writeLine(socket, { type: "facts", ...this.#deps.facts() } satisfies FromHost);
      case "shutdown":
        return this.#deps.shutdown(message.reason);
      case "welcome":
        return this.#onWelcome(socket, message.clock);
      case "command":
        if (this.#link?.socket === socket) this.#link.service.command(message.message);
        return;
      default:
        message satisfies never;
    }
  }

  #onConnect(socket: Socket, allows: MachineAllows): void {
    const old = this.#link?.socket;
    if (old && old !== socket) {
      writeLine(old, { type: "replaced" } satisfies FromHost);
      old.end();
    }
    const service = this.#deps.newService(allows);
    this.#link = { socket, service };
    const { challenge } = service;
    writeLine(socket, { type: "challenge", challenge, ...this.#deps.facts() } satisfies FromHost);
    this.#deps.linkChanged();
  }

  #onWelcome(socket: Socket, clock: unknown): void {
    if (this.#link?.socket !== socket) return;
    const offset_ms = this.#link.service.welcome(clock);
    if (offset_ms !== undefined) return this.report({ type: "clock", offset_ms });
    this.#deps.logger.warn("welcome is not genuine; no command of this connection will be obeyed");
    this.report({ type: "refused", session_id: null, ...refusal("INVALID_COMMAND", "the welcome is not genuine") });
  }

  #onClosed(socket: Socket): void {
    this.#sockets.delete(socket);
    if (this.#link?.socket !== socket) return;
    this.#link = undefined;
    this.#deps.linkChanged();
  }
}
