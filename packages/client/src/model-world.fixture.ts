/**
 * A control plane and a machine in memory, as section 6 of the design has them: epochs that are raised before an attach,
 * a ring of output, typed bytes with offsets. Everything between them and the viewer waits in queues until the test
 * delivers it, so that a cut can fall between any two frames. What breaks a rule of the protocol throws.
 */
import {
  decodeFrame,
  decodeWindow,
  encodeFrame,
  encodeJson,
  encodeMachineLatency,
  type Frame,
  FrameKind,
  OUTPUT_WINDOW_BYTES,
  REATTACH_SUBPROTOCOL_PREFIX,
  RemoteError,
  SHELL_TOKEN_SUBPROTOCOL_PREFIX,
} from "@sallyport/protocol";
import type { SessionStatus } from "./session-contract.ts";
import type { SocketLike } from "./terminal-stream.ts";

const RING_BYTES = 600;
const OUTPUT_PIECE_BYTES = 50;
export const SCREEN_PIECE = new Uint8Array(30).fill(1);
export const OTHERS_BYTE = 255;
const OTHER_WINDOW = "other";

/** The program's output, known at every offset. */
export const outputByte = (offset: number): number => (offset * 31 + (offset >> 8)) & 255;

export class ModelHost {
  readonly id: string;
  epoch = 0;
  base = 0;
  end = 0;
  sent = 0;
  acked = 0;
  window = OUTPUT_WINDOW_BYTES;
  readonly typed: number[] = [];
  exited = false;
  /** A viewer has seen the exit and answered the close: nothing is left. */
  gone = false;
  socket: ModelSocket | undefined;
  /** The window of the last attach. */
  owner: string | undefined;

  constructor(id: string) {
    this.id = id;
  }

  produce(byteCount: number, policy: "block" | "gap"): void {
    if (this.exited) return;
    this.base = Math.max(this.base, Math.min(this.acked, this.end + byteCount - RING_BYTES));
    const room = RING_BYTES - (this.end - this.base);
    this.end += policy === "block" || this.socket ? Math.min(byteCount, room) : byteCount;
    // Nobody is attached and the ring is full: the oldest output gives way.
    this.base = Math.max(this.base, this.end - RING_BYTES);
    this.pump();
  }

  attach(socket: ModelSocket, have: number | undefined): void {
    this.epoch += 1;
    this.socket = socket;
    if (have !== undefined && have > this.end) throw new Error("the viewer has more than there is");
    const start = have === undefined ? this.end : Math.max(have, this.base);
    this.sent = start;
    this.acked = start;
    this.window = OUTPUT_WINDOW_BYTES;
    const gap = have !== undefined && have < start ? { from: have, to: start } : undefined;
    socket.toViewer(FrameKind.attached, 0, {
      session_id: this.id,
      start,
      end: this.end,
      in_next: this.typed.length,
      ...(gap && { gap }),
      base: this.base,
      screen: have === undefined,
      cols: 80,
      rows: 24,
    });
    if (have === undefined) {
      for (const part of [SCREEN_PIECE.subarray(0, 20), SCREEN_PIECE.subarray(20)]) {
        socket.toViewer(FrameKind.screen, start, part);
      }
    }
    this.pump();
  }

  pump(): void {
    const { socket } = this;
    if (!socket || socket.isOver) return;
    while (this.sent < this.end && this.sent - this.acked < this.window) {
      const size = Math.min(OUTPUT_PIECE_BYTES, this.end - this.sent, this.window - (this.sent - this.acked));
      socket.toViewer(
        FrameKind.output,
        this.sent,
        Uint8Array.from({ length: size }, (_, at) => outputByte(this.sent + at)),
      );
      this.sent += size;
    }
    if (this.exited && this.sent === this.end) {
      socket.toViewer(FrameKind.exit, this.end, { exit_code: 3, signal: null });
      socket.closeFromServer(1000, "The session has ended: exited", () => {
        this.gone = true;
      });
    }
  }

  receive({ kind, epoch, offset, payload }: Frame): void {
    if (epoch !== this.epoch) return;
    if (kind === FrameKind.ack) {
      if (offset > this.sent) throw new Error(`acknowledged ${offset} of ${this.sent}`);
      if (offset < this.acked) throw new Error("acknowledgements went back");
      this.acked = offset;
      this.window = decodeWindow(payload) ?? this.window;
      this.pump();
    } else if (kind === FrameKind.input && !this.exited) {
      if (offset > this.typed.length) throw new Error("typed bytes have a hole");
      this.typed.push(...payload.subarray(this.typed.length - offset));
      this.socket?.toViewer(FrameKind.inputAck, this.typed.length);
    }
  }
}

type ToViewer = { frame: Uint8Array } | { code: number; reason: string; answered: (() => void) | undefined };

/** Both ends of one socket and what is under way between them. */
export class ModelSocket implements SocketLike {
  binaryType = "";
  readyState = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly url: URL;
  readonly protocols: string[];
  host: ModelHost | undefined;
  /** The server sends no more: it closed, or it knows that the viewer is gone. */
  isOver = false;
  /** Nothing gets through any more, whether or not somebody has noticed. */
  isCut = false;
  #toViewer: ToViewer[] = [];
  #toServer: Uint8Array[] = [];

  constructor(url: string, protocols: string[]) {
    this.url = new URL(url);
    this.protocols = protocols;
  }

  protocol(prefix: string): string {
    return this.protocols.find((each) => each.startsWith(prefix))?.slice(prefix.length) ?? "";
  }

  send(data: Uint8Array): void {
    if (!this.isCut) this.#toServer.push(data);
  }

  close(): void {
    this.readyState = 3;
    this.#toServer = [];
    // The close of an old socket may come at any time, or never; here, with what is under way, never.
  }

  toViewer(kind: FrameKind, offset: number, payload: object = {}): void {
    if (this.isCut || this.isOver) return;
    const body = payload instanceof Uint8Array ? payload : encodeJson(payload);
    this.#toViewer.push({ frame: encodeFrame({ kind, epoch: this.host?.epoch ?? 0, offset, payload: body }) });
  }

  closeFromServer(code: number, reason: string, answered?: () => void): void {
    if (!this.isCut && !this.isOver) this.#toViewer.push({ code, reason, answered });
    this.isOver = true;
  }

  cut(isNoticed: boolean): void {
    this.isCut = true;
    this.#toViewer = [];
    this.#toServer = [];
    if (isNoticed) this.#closed(1006, "");
  }

  refuse(): void {
    this.cut(true);
  }

  opened(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  /** Delivers the next frame of one direction; false when there was none. */
  deliver(direction: "viewer" | "server"): boolean {
    if (direction === "server") {
      const frame = decodeFrame(this.#toServer.shift() ?? new Uint8Array(0));
      if (!frame) return false;
      if (frame.kind === FrameKind.ping) this.toViewer(FrameKind.pong, frame.offset, encodeMachineLatency(3));
      else if (this.host?.socket === this) this.host.receive(frame);
      return true;
    }
    const next = this.#toViewer.shift();
    if (!next) return false;
    if ("frame" in next) this.onmessage?.({ data: next.frame.slice().buffer } as never);
    else {
      // A viewer that has forgotten the socket does not answer its close.
      if (this.readyState === 1) next.answered?.();
      this.#closed(next.code, next.reason);
    }
    return true;
  }

  #closed(code: number, reason: string): void {
    this.readyState = 3;
    this.onclose?.({ code, reason } as never);
  }
}

export class ModelWorld {
  readonly hosts = new Map<string, ModelHost>();
  readonly sockets: ModelSocket[] = [];
  readonly #dialing: ModelSocket[] = [];
  #tokens = 0;
  /** So many of the next dials and calls do not get through. */
  failures = 0;

  createSession = async (): Promise<string> => {
    this.#mayFail();
    this.#tokens += 1;
    return String(this.#tokens);
  };

  status = async (sessionId: string, token: string): Promise<SessionStatus> => {
    this.#mayFail();
    const host = this.#find(sessionId);
    return {
      session: {
        id: sessionId,
        kind: "shell",
        machine_id: sessionId,
        machine_name: "m",
        user_id: sessionId,
        user_email: "a@example.com",
        status: host.gone ? "ended" : "active",
        attached: host.socket !== undefined,
        attached_at: null,
        ip_address: null,
        created_at: "",
        ended_at: null,
        cause: host.gone ? "exited" : null,
        exit_code: host.gone ? 3 : null,
      },
      may_attach: host.gone ? "no" : host.owner === token ? "yes" : "takeover",
    };
  };

  dial = (url: string, protocols: string[]): SocketLike => {
    const socket = new ModelSocket(url, protocols);
    this.#dialing.push(socket);
    return socket;
  };

  /** The server answers the oldest dial; false when there is none. */
  answerDial(): boolean {
    const socket = this.#dialing.shift();
    if (!socket) return false;
    if (this.failures > 0) {
      this.failures -= 1;
      socket.refuse();
      return true;
    }
    const owner = socket.protocol(REATTACH_SUBPROTOCOL_PREFIX);
    const { host, have } = this.#asked(socket);
    const mayAttach = host.owner === undefined || host.owner === owner || socket.url.searchParams.has("takeover");
    if (host.gone || !mayAttach) {
      socket.refuse();
      return true;
    }
    if (host.socket && host.socket !== socket) host.socket.closeFromServer(4409, "taken over");
    host.owner = owner;
    socket.host = host;
    this.sockets.push(socket);
    // The viewer may have given up meanwhile; then the server attaches for nobody, as it would.
    if (socket.readyState === 0) socket.opened();
    host.attach(socket, have);
    return true;
  }

  /** Delivers one frame somewhere, the newest socket first or last. */
  deliver(direction: "viewer" | "server", which: "newest" | "oldest"): boolean {
    const order = which === "newest" ? [...this.sockets].reverse() : this.sockets;
    return order.some((socket) => socket.deliver(direction));
  }

  cut(how: "noticed" | "half-open" | "server-notices"): void {
    const socket = this.sockets.at(-1);
    if (!socket || socket.isCut) return;
    socket.cut(how === "noticed");
    if (how !== "half-open" && socket.host?.socket === socket) socket.host.socket = undefined;
  }

  restart(): void {
    for (const host of this.hosts.values()) {
      host.socket?.closeFromServer(1012, "restart");
      host.socket = undefined;
    }
  }

  /** The machine's connection breaks, and the server attaches again on the same viewer socket. */
  machineBreaks(isTold: boolean): void {
    for (const host of this.hosts.values()) {
      const { socket } = host;
      if (!socket || socket.isOver || socket.isCut) continue;
      const notice = { code: "MACHINE_UNREACHABLE", message: "the machine is away" };
      if (isTold) socket.toViewer(FrameKind.notice, 0, notice);
      host.attach(socket, host.sent);
    }
  }

  otherWindowTypes(byteCount: number): void {
    for (const host of this.hosts.values()) {
      if (host.exited || host.owner === undefined) continue;
      host.socket?.closeFromServer(4409, "taken over");
      host.socket = undefined;
      host.owner = OTHER_WINDOW;
      host.epoch += 1;
      host.typed.push(...new Array<number>(byteCount).fill(OTHERS_BYTE));
      host.acked = host.end;
    }
  }

  #asked(socket: ModelSocket): { host: ModelHost; have: number | undefined } {
    const { searchParams } = socket.url;
    const sessionId = searchParams.get("session_id");
    const have = searchParams.get("have");
    if (sessionId) return { host: this.#find(sessionId), have: have === null ? undefined : Number(have) };
    const token = socket.protocol(SHELL_TOKEN_SUBPROTOCOL_PREFIX);
    const id = `6d3f3a0e-5b1c-4c39-9a53-${token.padStart(12, "0")}`;
    const host = this.hosts.get(id) ?? new ModelHost(id);
    this.hosts.set(id, host);
    return { host, have: undefined };
  }

  #find(sessionId: string): ModelHost {
    const host = this.hosts.get(sessionId);
    if (!host) throw new Error(`nobody made session ${sessionId}`);
    return host;
  }

  #mayFail(): void {
    if (this.failures === 0) return;
    this.failures -= 1;
    throw new RemoteError(0, { code: "UNREACHABLE", message: "the network is away" });
  }
}
