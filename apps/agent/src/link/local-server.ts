import type { Server, Socket } from "node:net";
import { readLines, writeLine } from "../platform/json-lines.ts";
import { listenExclusively } from "../platform/local-socket.ts";
import { type FromLink, type LinkStatus, ToLink } from "./link-status.ts";

export interface LocalServerDeps {
  status: () => LinkStatus;
  /** Somebody asked the link to go. Must not throw. */
  down: () => void;
}

/** Answers this machine's own `ztna` commands while the link runs. Its socket is also what makes the link the only one. */
export class LocalServer {
  readonly #deps: LocalServerDeps;
  readonly #watchers = new Set<Socket>();
  #server: Server | undefined;

  constructor(deps: LocalServerDeps) {
    this.#deps = deps;
  }

  /** Resolves to false when another link has the socket. */
  async listen(path: string): Promise<boolean> {
    this.#server = await listenExclusively(path, (socket) => this.#onConnection(socket));
    return this.#server !== undefined;
  }

  /** Tells whoever watches that something changed. */
  changed(): void {
    for (const socket of this.#watchers) this.#tellStatus(socket);
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#watchers) socket.destroySoon();
  }

  #onConnection(socket: Socket): void {
    readLines(socket, ToLink, {
      message: ({ type }) => {
        this.#watchers.add(socket);
        if (type === "watch") return this.#tellStatus(socket);
        const { pid, host_pid } = this.#deps.status();
        writeLine(socket, { type: "stopping", pid, host_pid } satisfies FromLink);
        this.#deps.down();
      },
      unknown: () => socket.destroy(),
      closed: () => this.#watchers.delete(socket),
    });
  }

  #tellStatus(socket: Socket): void {
    writeLine(socket, { type: "status", status: this.#deps.status() } satisfies FromLink);
  }
}
