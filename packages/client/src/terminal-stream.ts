import {
  ACK_EVERY_BYTES,
  Attached,
  decodeFrame,
  decodeJson,
  decodeMachineLatency,
  Exit,
  encodeFrame,
  encodeSize,
  encodeWindow,
  type Frame,
  FrameKind,
  Notice,
  OUTPUT_WINDOW_BYTES,
  PING_INTERVAL_MS,
  type TerminalSize,
} from "@sallyport/protocol";
import { type Clock, every, systemClock, type Timer } from "./clock.ts";
import { OutputCursor } from "./output-cursor.ts";
import { PendingInput } from "./pending-input.ts";
import { ReceiveWindow } from "./receive-window.ts";

/** The part of a WebSocket that both browsers and the `ws` package have. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

/** How a stream ended: by its program (`exit`), or because the socket closed. */
export interface StreamEnd {
  closeCode: number;
  closeReason: string;
  exit: Exit | undefined;
}

/** What lasts longer than one socket; a stream that stands alone makes its own. */
export interface StreamParts {
  input: PendingInput;
  output: OutputCursor;
  window: ReceiveWindow;
  clock: Clock;
}

export interface TerminalStreamEvents {
  opened?(): void;
  /** Anything at all came. */
  heard?(): void;
  /** May come again on the same socket, when the machine was away. `redraw`: clear the terminal before what follows. */
  attached(attached: Attached, how: { redraw: boolean; inputDropped: number }): void;
  /** Output that this viewer will never get, told before what follows it. */
  gap?(gap: { from: number; to: number }): void;
  /** A piece of what is on the screen, for a terminal that was reset before the first. Call `drawn` as for output. */
  screen?(bytes: Uint8Array, isFirst: boolean): void;
  /** Call `drawn` of the stream when the terminal has taken these bytes. */
  output(bytes: Uint8Array): void;
  /** The terminal has taken some of what was typed. */
  inputTaken?(): void;
  notice(notice: Notice): void;
  /** Milliseconds there and back: from this viewer to the control plane, and from there to the machine. */
  latency(controlPlaneMs: number, machineMs: number | undefined): void;
  /** Comes once, and nothing after it. */
  end(end: StreamEnd): void;
}

const OPEN = 1;
/** How long a little that was drawn may go unacknowledged. */
const ACK_DELAY_MS = 50;
const PROTOCOL_ERROR = 4400;
/** For a server that may still read it; any code but 1000 to 1013 and ours only means that the viewer went. */
const GIVEN_UP = 4000;

/**
 * One attachment socket of a viewer to a session. A machine that was away is attached again on the same socket, with a
 * higher epoch.
 *
 * Invariants: output is delivered in order, and what is missing is told as a gap or covered by a screen, or the socket is
 * closed; acknowledgements only grow within an epoch; typed bytes carry their offset, so the host can tell a repeat from
 * something new; after `end` or `drop` nothing is reported.
 */
export class TerminalStream {
  readonly #socket: SocketLike;
  readonly #events: TerminalStreamEvents;
  readonly #input: PendingInput;
  readonly #output: OutputCursor;
  readonly #window: ReceiveWindow;
  readonly #clock: Clock;
  #epoch: number | undefined;
  #expectsScreen: "first" | "more" | "none" = "none";
  #size: TerminalSize | undefined;
  #resizes = 0;
  #exit: Exit | undefined;
  #pinger: Timer | undefined;
  #acknowledger: Timer | undefined;

  constructor(socket: SocketLike, events: TerminalStreamEvents, parts: Partial<StreamParts> = {}) {
    this.#socket = socket;
    this.#events = events;
    this.#input = parts.input ?? new PendingInput();
    this.#output = parts.output ?? new OutputCursor();
    this.#window = parts.window ?? new ReceiveWindow();
    this.#clock = parts.clock ?? systemClock;
    this.#window.reconnected();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#pinger = every(this.#clock, PING_INTERVAL_MS, () => this.ping());
      this.ping();
      events.opened?.();
    };
    socket.onmessage = ({ data }: { data: unknown }) => {
      events.heard?.();
      if (data instanceof ArrayBuffer) this.#receive(new Uint8Array(data));
    };
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
      this.#letGo();
      events.end({ closeCode: code, closeReason: reason, exit: this.#exit });
    };
  }

  /**
   * Sends typed bytes, at most one window ahead of what the terminal has taken. The rest waits here: were it under way,
   * our acknowledgements of output would queue behind it, and a program that echoes a paste would wait for them for ever.
   * Returns how many bytes were accepted; see `PendingInput`.
   */
  type(bytes: Uint8Array): number {
    const accepted = this.#input.type(bytes);
    this.#pumpInput();
    return accepted;
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    if (this.#epoch !== undefined) this.#send(FrameKind.resize, this.#resizes++, encodeSize(size));
  }

  /** The terminal has taken this many more bytes: the host may send as many again. */
  drawn(byteCount: number): void {
    this.#output.drawn(byteCount);
    this.#window.drawn(byteCount, this.#clock.now());
    if (this.#epoch === undefined || this.#output.drawnAhead === 0) return;
    if (this.#output.drawnAhead >= ACK_EVERY_BYTES) this.#acknowledge();
    else this.#acknowledger ??= this.#clock.after(ACK_DELAY_MS, () => this.#acknowledge());
  }

  /** Measures the round trip; it also tells the server that the viewer is alive, and makes a live server answer. */
  ping(): void {
    // The clock's own milliseconds, whole: the server only sends the number back.
    this.#send(FrameKind.ping, Math.round(this.#clock.now()));
  }

  /** Asks the other side to close; its answer comes as `end`. */
  close(): void {
    this.#socket.close(1000, "viewer left");
  }

  /** Forgets the socket: nothing that still comes from it counts, and nothing is reported any more. */
  drop(code: number, reason: string): void {
    this.#letGo();
    this.#socket.close(code, reason);
  }

  /** As `drop`, for a socket that does not answer: its end is told now, because its close may never come. */
  giveUp(reason: string): void {
    this.drop(GIVEN_UP, reason);
    this.#events.end({ closeCode: 1006, closeReason: reason, exit: this.#exit });
  }

  #letGo(): void {
    this.#pinger?.cancel();
    this.#acknowledger?.cancel();
    this.#epoch = undefined;
    this.#input.disconnected();
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    // `onerror` stays: a socket of Node that fails with nobody listening ends the process.
  }

  #broken(why: string): void {
    this.drop(PROTOCOL_ERROR, why);
    this.#events.end({ closeCode: PROTOCOL_ERROR, closeReason: why, exit: undefined });
  }

  #acknowledge(): void {
    this.#acknowledger?.cancel();
    this.#acknowledger = undefined;
    const window = this.#window.tell();
    this.#send(FrameKind.ack, this.#output.acknowledge(), window === undefined ? undefined : encodeWindow(window));
  }

  #send(kind: FrameKind, offset: number, payload?: Uint8Array): void {
    if (this.#socket.readyState !== OPEN) return;
    this.#socket.send(encodeFrame({ kind, epoch: this.#epoch ?? 0, offset, ...(payload && { payload }) }));
  }

  #receive(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (!frame) return this.#broken("a frame could not be read");
    switch (frame.kind) {
      case FrameKind.attached:
        return this.#onAttached(frame);
      case FrameKind.screen:
        return this.#onScreen(frame);
      case FrameKind.output:
        return this.#onOutput(frame);
      case FrameKind.inputAck:
        return this.#onInputAck(frame);
      case FrameKind.exit:
        return this.#onExit(frame);
      case FrameKind.notice: {
        const notice = decodeJson(Notice, frame.payload);
        if (notice) this.#onNotice(notice);
        return;
      }
      case FrameKind.pong:
        return this.#onPong(frame);
      case FrameKind.ack:
      case FrameKind.input:
      case FrameKind.resize:
      case FrameKind.ping:
        return this.#broken("a frame came from the wrong side");
      default:
        frame.kind satisfies never;
    }
  }

  #onAttached({ epoch, payload }: Frame): void {
    // A late answer to an attach that another one has overtaken.
    if (this.#epoch !== undefined && epoch <= this.#epoch) return;
    const attached = decodeJson(Attached, payload);
    if (!attached) return this.#broken("the attach could not be read");
    const { start, gap, screen = false } = attached;
    const { received } = this.#output;
    const isGap = gap !== undefined && gap.from === received && gap.to === start && gap.to > gap.from;
    if (start !== received && !isGap && !screen) return this.#broken("output does not go on where it stopped");
    // On the same socket, the server goes on after what it has passed on, be it a screen.
    const redraw = screen || (this.#epoch === undefined && this.#output.have === undefined);
    this.#epoch = epoch;
    this.#expectsScreen = screen ? "first" : "none";
    this.#output.attach(start, { screen });
    this.#window.attached();
    const inputDropped = this.#input.attach(attached.in_next);
    this.#events.attached(attached, { redraw, inputDropped });
    // The listener may have dropped the stream.
    if (this.#epoch !== epoch) return;
    if (isGap && !screen) this.#events.gap?.(gap);
    this.#greet(attached);
  }

  /** What the other side must know first, and what we must know of a new way to the machine. */
  #greet({ cols, rows }: TerminalSize): void {
    this.ping();
    if (this.#size && (this.#size.cols !== cols || this.#size.rows !== rows)) this.resize(this.#size);
    if (this.#window.bytes > OUTPUT_WINDOW_BYTES) this.#acknowledge();
    this.#pumpInput();
  }

  #onScreen({ epoch, payload }: Frame): void {
    if (epoch !== this.#epoch) return;
    if (this.#expectsScreen === "none") return this.#broken("a screen came without being announced");
    const isFirst = this.#expectsScreen === "first";
    this.#expectsScreen = "more";
    if (!this.#events.screen) return;
    this.#output.screen(payload.length);
    this.#window.received(payload.length, this.#clock.now());
    this.#events.screen(payload, isFirst);
  }

  #onOutput({ epoch, offset, payload }: Frame): void {
    if (epoch !== this.#epoch) return;
    if (offset !== this.#output.received) return this.#broken("output has a hole");
    this.#expectsScreen = "none";
    this.#output.output(payload.length);
    this.#window.received(payload.length, this.#clock.now());
    this.#events.output(payload);
  }

  #onInputAck({ epoch, offset }: Frame): void {
    if (epoch !== this.#epoch) return;
    this.#output.settle();
    if (!this.#input.acknowledge(offset)) return this.#broken("more was taken than was typed");
    this.#events.inputTaken?.();
    this.#pumpInput();
  }

  #onExit({ epoch, offset, payload }: Frame): void {
    // Before an attach, the server may say that there will be none.
    if (this.#epoch !== undefined && epoch !== this.#epoch) return;
    const exit = decodeJson(Exit, payload);
    if (!exit) return this.#broken("the exit could not be read");
    if (exit.code === undefined && offset !== this.#output.received)
      return this.#broken("output is missing at its end");
    this.#exit = exit;
    this.#input.disconnected();
  }

  #onNotice(notice: Notice): void {
    // What is typed now would go nowhere; it waits for the next attach.
    if (notice.code === "MACHINE_UNREACHABLE") this.#input.disconnected();
    this.#events.notice(notice);
  }

  #onPong({ offset, payload }: Frame): void {
    const at = this.#clock.now();
    const viewerMs = Math.max(0, at - offset);
    const machineMs = decodeMachineLatency(payload);
    this.#window.roundTrip({ viewerMs, machineMs, at });
    this.#events.latency(viewerMs, machineMs);
  }

  #pumpInput(): void {
    for (let frame = this.#input.next(); frame; frame = this.#input.next()) {
      this.#send(FrameKind.input, frame.offset, frame.payload);
    }
  }
}
