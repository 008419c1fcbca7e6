import {
  ACK_EVERY_BYTES,
  Attached,
  decodeFrame,
  decodeJson,
  Exit,
  encodeFrame,
  encodeSize,
  type Frame,
  FrameKind,
  INPUT_FRAME_BYTES,
  INPUT_WINDOW_BYTES,
  Notice,
  type TerminalSize,
} from "@sallyport/protocol";

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

export interface TerminalStreamEvents {
  attached(attached: Attached): void;
  /** Call `drawn` of the stream when the terminal has taken these bytes. */
  output(bytes: Uint8Array): void;
  notice(notice: Notice): void;
  /** Milliseconds there and back between this viewer and the control plane. */
  latency(ms: number): void;
  end(end: StreamEnd): void;
}

const OPEN = 1;
/** How often the round trip is measured; it also tells the server that the viewer is alive. */
const PING_EVERY_MS = 5_000;

/**
 * One attachment of a viewer to a session, over a framed socket.
 *
 * Invariants: output is delivered in order and without holes, or the socket is closed; acknowledgements only grow;
 * typed bytes carry their offset, so the host can tell a repeat from something new.
 */
export class TerminalStream {
  readonly #socket: SocketLike;
  readonly #events: TerminalStreamEvents;
  #epoch = 0;
  #received = 0;
  #drawn = 0;
  #acknowledged = 0;
  #ackScheduled = false;
  #typed = 0;
  #typedAcknowledged = 0;
  #waiting: Uint8Array[] = [];
  #size: TerminalSize | undefined;
  #attached = false;
  #exit: Exit | undefined;
  #pinger: ReturnType<typeof setInterval> | undefined;

  constructor(socket: SocketLike, events: TerminalStreamEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#pinger = setInterval(() => this.#ping(), PING_EVERY_MS);
      this.#ping();
    };
    socket.onmessage = ({ data }: { data: unknown }) => {
      if (data instanceof ArrayBuffer) this.#receive(new Uint8Array(data));
    };
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
      clearInterval(this.#pinger);
      events.end({ closeCode: code, closeReason: reason, exit: this.#exit });
    };
  }

  /**
   * Sends typed bytes, at most one window ahead of what the terminal has taken. The rest waits here: were it under way,
   * our acknowledgements of output would queue behind it, and a program that echoes a paste would wait for them for ever.
   */
  type(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += INPUT_FRAME_BYTES) {
      this.#waiting.push(bytes.subarray(at, at + INPUT_FRAME_BYTES));
    }
    this.#pumpInput();
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    if (this.#attached) this.#send(FrameKind.resize, 0, encodeSize(size));
  }

  /** The terminal has taken this many more bytes: the host may send as many again. */
  drawn(byteCount: number): void {
    this.#drawn += byteCount;
    if (this.#drawn - this.#acknowledged >= ACK_EVERY_BYTES) this.#acknowledge();
    else if (!this.#ackScheduled) {
      this.#ackScheduled = true;
      setTimeout(() => this.#acknowledge(), 50);
    }
  }

  close(): void {
    this.#socket.close(1000, "viewer left");
  }

  #acknowledge(): void {
    this.#ackScheduled = false;
    if (this.#drawn === this.#acknowledged) return;
    this.#acknowledged = this.#drawn;
    this.#send(FrameKind.ack, this.#drawn);
  }

  #ping(): void {
    // The clock's own milliseconds, whole: the server only sends the number back.
    this.#send(FrameKind.ping, Math.round(performance.now()));
  }

  #send(kind: FrameKind, offset: number, payload?: Uint8Array): void {
    if (this.#socket.readyState !== OPEN) return;
    this.#socket.send(encodeFrame({ kind, epoch: this.#epoch, offset, ...(payload && { payload }) }));
  }

  #receive(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (!frame) return this.#broken("a frame could not be read");
    switch (frame.kind) {
      case FrameKind.attached:
        return this.#onAttached(frame);
      case FrameKind.output:
        if (frame.epoch !== this.#epoch) return;
        if (frame.offset !== this.#received) return this.#broken("output has a hole");
        this.#received += frame.payload.length;
        return this.#events.output(frame.payload);
      case FrameKind.inputAck:
        if (frame.epoch !== this.#epoch) return;
        this.#typedAcknowledged = Math.max(this.#typedAcknowledged, frame.offset);
        return this.#pumpInput();
      case FrameKind.exit:
        this.#exit = decodeJson(Exit, frame.payload);
        return;
      case FrameKind.notice: {
        const notice = decodeJson(Notice, frame.payload);
        if (notice) this.#events.notice(notice);
        return;
      }
      case FrameKind.pong:
        return this.#events.latency(Math.max(0, performance.now() - frame.offset));
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
    const attached = decodeJson(Attached, payload);
    if (!attached) return this.#broken("the attach could not be read");
    this.#epoch = epoch;
    this.#received = attached.start;
    this.#drawn = attached.start;
    this.#acknowledged = attached.start;
    this.#typed = attached.in_next;
    this.#typedAcknowledged = attached.in_next;
    this.#attached = true;
    this.#events.attached(attached);
    if (this.#size) this.resize(this.#size);
    this.#pumpInput();
  }

  #pumpInput(): void {
    if (!this.#attached) return;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (this.#typed + next.length - this.#typedAcknowledged > INPUT_WINDOW_BYTES) return;
      this.#waiting.shift();
      this.#send(FrameKind.input, this.#typed, next);
      this.#typed += next.length;
    }
  }

  #broken(why: string): void {
    this.#socket.close(4400, why);
  }
}
