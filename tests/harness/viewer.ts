/** People at terminals: a framed viewer through our client, and a plain one as any WebSocket tool would be. */
import { createHash } from "node:crypto";
import { buildWsUrl, type SocketLike, type StreamEnd, shellSocket, TerminalStream } from "@sallyport/client";
import type { Attached, Notice, TerminalSize } from "@sallyport/protocol";
import { WebSocket } from "ws";
import type { Person, System } from "./system.ts";

export interface Ticket {
  baseUrl: string;
  accessToken: string;
  orgId: string;
  machineId: string;
  shellToken: string;
}

export async function ticketFor(system: System, machineId: string, who: Person = system.owner): Promise<Ticket> {
  const { token } = await system.createSession(machineId, who);
  return { baseUrl: system.url, accessToken: who.access_token, orgId: who.orgId, machineId, shellToken: token };
}

/** Collects output, and lets a test wait for text in it. Keeps a hash of everything and the last part as text. */
class Screen {
  bytes = 0;
  text = "";
  readonly hash = createHash("sha256");
  #waiting = new Set<() => void>();

  take(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.hash.update(bytes);
    this.text = (this.text + Buffer.from(bytes).toString("latin1")).slice(-200_000);
    this.poke();
  }

  poke(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when `condition` holds after some output. */
  async when(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`waited 20 s for ${what}; the screen ends with:\n${this.text.slice(-2_000)}`));
      }, 20_000);
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  shows(pattern: RegExp): Promise<void> {
    return this.when(() => pattern.test(this.text), String(pattern));
  }
}

export class FramedPerson {
  readonly screen = new Screen();
  readonly notices: Notice[] = [];
  readonly socket: WebSocket;
  readonly attached: Promise<Attached>;
  readonly ended: Promise<StreamEnd>;
  readonly stream: TerminalStream;
  /** Typed, and more than the stream takes at once. */
  #untaken = new Uint8Array();
  /** Set to stop drawing: what arrives is kept and not acknowledged. */
  #undrawn: number | undefined;

  constructor(ticket: Ticket, size?: TerminalSize) {
    const { url, protocols } = shellSocket({ ...ticket, size });
    this.socket = new WebSocket(url, protocols);
    let attached: (value: Attached) => void = () => {};
    let ended: (value: StreamEnd) => void = () => {};
    this.attached = new Promise((resolve) => {
      attached = resolve;
    });
    this.ended = new Promise((resolve) => {
      ended = resolve;
    });
    this.stream = new TerminalStream(this.socket as unknown as SocketLike, {
      attached,
      output: (bytes) => {
        this.screen.take(bytes);
        if (this.#undrawn === undefined) this.stream.drawn(bytes.length);
        else this.#undrawn += bytes.length;
      },
      inputTaken: () => this.type(""),
      notice: (notice) => this.notices.push(notice),
      latency: () => {},
      end: ended,
    });
    if (size) this.stream.resize(size);
  }

  type(text: string | Uint8Array): void {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const all = Buffer.concat([this.#untaken, bytes]);
    this.#untaken = all.subarray(this.stream.type(all));
  }

  stopDrawing(): void {
    this.#undrawn = 0;
  }

  drawAgain(): void {
    const bytes = this.#undrawn ?? 0;
    this.#undrawn = undefined;
    this.stream.drawn(bytes);
  }
}

export class PlainPerson {
  readonly screen = new Screen();
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly ended: Promise<{ code: number; reason: string }>;

  constructor(ticket: Ticket, query = "") {
    this.socket = new WebSocket(buildWsUrl(ticket) + query);
    this.opened = new Promise((resolve, reject) => {
      this.socket.once("open", resolve);
      this.socket.once("error", reject);
    });
    this.ended = new Promise((resolve) => {
      this.socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on("message", (data) => this.screen.take(data as Buffer));
  }

  type(text: string | Uint8Array): void {
    void this.opened.then(() => this.socket.send(text));
  }
}

/** What a handshake came to: an open socket, or the refusal's status and body. */
export type Handshake =
  | { open: true; socket: WebSocket }
  | {
      open: false;
      status: number;
      body: { success: boolean; data: unknown; error: { code: string; message: string } };
    };

export function handshake(
  url: string,
  { headers = {}, protocols = [] }: { headers?: Record<string, string>; protocols?: string[] } = {},
): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols, { headers });
    socket.once("open", () => resolve({ open: true, socket }));
    socket.once("error", reject);
    socket.once("unexpected-response", (_request, response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ open: false, status: response.statusCode ?? 0, body: JSON.parse(text) });
      });
    });
  });
}
