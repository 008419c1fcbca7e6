/**
 * Joins one viewer's socket to the stream that its machine dialled, both on this node.
 *
 * Downward, the machine's frames pass unread but for their first byte; upward, each message of the viewer is checked and
 * signed with a key of this very stream, so that the machine acts on nothing that came another way.
 *
 * Invariants: one stream, which is let in once; what waits for a side that does not read is bounded, because the other
 * one is not read meanwhile; the relay closes once, both sockets at the same time.
 */
import {
  closeCode,
  DESKTOP_STALLED_MS,
  DESKTOP_UNREAD_BYTES,
  DesktopFrameKind,
  DesktopInput,
  type ErrorCode,
  type SignedDesktopInput,
  STREAM_DETACHED_CLOSE,
} from "@sallyport/protocol";
import { type MessageIdentity, signMessage } from "@sallyport/secure-terminal";
import type { RawData, WebSocket } from "ws";
import { closeReason } from "../../platform/live/close-reason.ts";
import type { Metrics } from "../../platform/metrics.ts";
import { steadyNow } from "../../platform/steady-clock.ts";
import { InputGate } from "./input-gate.ts";

/** A side is read again when this much is left of what waited. */
const DRAINED_BYTES = DESKTOP_UNREAD_BYTES / 4;

const NORMAL_CLOSE = 1000;

export interface DesktopRelayOptions {
  viewer: WebSocket;
  /** Of the viewer, in what is signed. */
  identity: MessageIdentity;
  epoch: number;
  metrics: Metrics;
  /** It is over; once. */
  closed(): void;
}

export class DesktopRelay {
  readonly #options: DesktopRelayOptions;
  readonly #gate: InputGate;
  readonly #toViewer: Lane;
  #machine: { socket: WebSocket; lane: Lane; key: string } | undefined;
  #isClosed = false;

  constructor(options: DesktopRelayOptions) {
    this.#options = options;
    const { viewer } = options;
    this.#gate = new InputGate({
      ready: () => this.#machine !== undefined && !this.#machine.lane.isFull,
      send: (message) => this.#type(message),
      read: (isRead) => (isRead ? viewer.resume() : viewer.pause()),
      now: () => performance.now(),
    });
    this.#toViewer = new Lane(viewer, {
      full: () => this.#machine?.socket.pause(),
      drained: () => this.#machine?.socket.resume(),
      stalled: () => this.close("MACHINE_UNREACHABLE", "what was sent is not read"),
    });
    viewer.on("message", (data, isBinary) => this.#fromViewer(data, isBinary));
    viewer.once("close", () => this.#end(undefined, STREAM_DETACHED_CLOSE, "the viewer left"));
  }

  get isJoined(): boolean {
    return this.#machine !== undefined;
  }

  /** The machine has dialled: from here on frames and messages flow. */
  join(socket: WebSocket, key: string): void {
    if (this.#isClosed || this.#machine) return socket.close(STREAM_DETACHED_CLOSE, "this stream is over");
    const lane = new Lane(socket, {
      full: () => {},
      drained: () => this.#gate.pump(),
      stalled: () => this.close("MACHINE_UNREACHABLE", "the machine does not take what is sent"),
    });
    this.#machine = { socket, lane, key };
    socket.on("message", (data, isBinary) => this.#fromMachine(data as Buffer, isBinary));
    socket.once("close", (code) => {
      if (code === closeCode("SESSION_TAKEN_OVER"))
        this.close("SESSION_TAKEN_OVER", "the machine serves another window");
      else this.close("MACHINE_UNREACHABLE", "the connection to the machine ended; try again");
    });
    this.#gate.pump();
  }

  /** Ends both sockets with a code of the catalogue; those of `SHUTTING_DOWN` and `MACHINE_UNREACHABLE` say "try again". */
  close(code: ErrorCode, reason: string): void {
    this.#end(closeCode(code), isOfViewer(code) ? STREAM_DETACHED_CLOSE : closeCode(code), reason);
  }

  /** Ends both sockets because the session is over as its viewer wanted it. */
  finish(reason: string): void {
    this.#end(NORMAL_CLOSE, NORMAL_CLOSE, reason);
  }

  #end(viewerCode: number | undefined, machineCode: number, reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#gate.close();
    if (viewerCode !== undefined) hangUp(this.#options.viewer, viewerCode, reason);
    if (this.#machine) hangUp(this.#machine.socket, machineCode, reason);
    this.#toViewer.close();
    this.#machine?.lane.close();
    this.#options.closed();
  }

  #fromViewer(data: RawData, isBinary: boolean): void {
    if (this.#isClosed) return;
    const message = isBinary ? undefined : parseInput(String(data));
    if (!message) return this.close("PROTOCOL_ERROR", "a message could not be read");
    // Not the text as it came: what is signed is what was checked.
    this.#gate.push(JSON.stringify(message));
  }

  #type(message: string): void {
    if (!this.#machine) return;
    const { identity, epoch, metrics } = this.#options;
    const payload: SignedDesktopInput = { epoch, message };
    const signed = signMessage({
      type: "desktop_input",
      identity,
      payload,
      secret: this.#machine.key,
      now: steadyNow(),
    });
    metrics.desktopBytes.inc({ direction: "input" }, message.length);
    this.#machine.lane.send(JSON.stringify(signed));
  }

  #fromMachine(bytes: Buffer, isBinary: boolean): void {
    if (this.#isClosed) return;
    const [kind] = bytes;
    if (!isBinary || (kind !== DesktopFrameKind.message && kind !== DesktopFrameKind.video)) {
      // The viewer may try again: a machine that goes on like this shows it nothing either way.
      return this.#end(closeCode("MACHINE_UNREACHABLE"), closeCode("PROTOCOL_ERROR"), "the machine broke the protocol");
    }
    this.#options.metrics.desktopBytes.inc({ direction: "output" }, bytes.length);
    this.#toViewer.send(bytes);
  }
}

/** What happened to the viewer's socket alone: the machine may show the session to the next one. */
const isOfViewer = (code: ErrorCode): boolean =>
  code === "PROTOCOL_ERROR" || code === "MACHINE_UNREACHABLE" || code === "SHUTTING_DOWN";

function parseInput(text: string): DesktopInput | undefined {
  try {
    return DesktopInput.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function hangUp(socket: WebSocket, code: number, reason: string): void {
  // A socket that is not read would not see the other side's answer.
  socket.resume();
  socket.close(code, closeReason(reason));
}

/** What goes to one socket, and how much of it waits there. */
class Lane {
  readonly #socket: WebSocket;
  readonly #events: { full(): void; drained(): void; stalled(): void };
  #stall: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, events: { full(): void; drained(): void; stalled(): void }) {
    this.#socket = socket;
    this.#events = events;
  }

  get isFull(): boolean {
    return this.#stall !== undefined;
  }

  send(data: Buffer | string): void {
    this.#socket.send(data, () => this.#written());
    if (this.isFull || this.#socket.bufferedAmount <= DESKTOP_UNREAD_BYTES) return;
    this.#stall = setTimeout(this.#events.stalled, DESKTOP_STALLED_MS);
    this.#events.full();
  }

  close(): void {
    clearTimeout(this.#stall);
  }

  #written(): void {
    if (!this.isFull || this.#socket.bufferedAmount > DRAINED_BYTES) return;
    clearTimeout(this.#stall);
    this.#stall = undefined;
    this.#events.drained();
  }
}
