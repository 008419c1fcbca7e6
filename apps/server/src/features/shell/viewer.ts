/**
 * Who looks at a session, in the two forms of the contract: framed (`sallyport.v1`), with offsets and
 * acknowledgements of what was drawn, or plain bytes for any WebSocket client.
 */
import {
  decodeFrame,
  decodeSize,
  decodeWindow,
  type Exit,
  encodeFrame,
  encodeJson,
  encodeMachineLatency,
  FRAME_HEADER_BYTES,
  FrameKind,
  mayViewerSend,
  type Notice,
  OUTPUT_FRAME_BYTES,
  OUTPUT_WINDOW_MAX_BYTES,
  SCREEN_BYTES,
  type TerminalSize,
} from "@sallyport/protocol";
import type { RawData, WebSocket } from "ws";
import { closeReason } from "../../platform/live/close-reason.ts";

export interface ViewerEvents {
  /** Typed bytes, in order and without repeats. */
  input(bytes: Buffer): void;
  resize(size: TerminalSize): void;
  /** Everything before this offset is with the viewer: drawn (framed), or handed to its network (plain). */
  acknowledged(offset: number, window?: number): void;
  /** The other side broke the rules. */
  broken(reason: string): void;
  /** `clean`: it has answered our close, so it has everything that was sent before. */
  closed(clean: boolean): void;
  /** Milliseconds to the machine and back, for whoever shows it. */
  machineLatency(): number | undefined;
}

export interface Viewer {
  /** Whether it can attach again after its socket broke. */
  readonly canResume: boolean;
  /** Passes on a frame of the host as it is. `inputNext` is undefined when what it typed before goes on. */
  attached(frame: Buffer, at: { epoch: number; start: number; inputNext: number | undefined }): void;
  /** `outputEnd` is the offset behind the frame's bytes. */
  output(frame: Buffer, outputEnd: number): void;
  inputAcknowledged(frame: Buffer): void;
  exit(exit: Exit, outputEnd: number): void;
  notice(notice: Notice): void;
  close(code: number, reason: string): void;
  pause(): void;
  resume(): void;
}

/** More than a window and what belongs to it never waits for a viewer that keeps to the rules. */
const MAX_UNREAD_BYTES = OUTPUT_WINDOW_MAX_BYTES + SCREEN_BYTES + 4 * OUTPUT_FRAME_BYTES;

/** The other side answered our close, or closed in order itself. */
const NORMAL_CLOSE = 1000;

/** ws hands over one Buffer unless told otherwise; the other forms do not occur here. */
const asBuffer = (data: RawData): Buffer => (Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer));

abstract class SocketViewer {
  protected readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    this.socket = socket;
  }

  close(code: number, reason: string): void {
    // A socket that is not read would not see the other side's answer.
    this.socket.resume();
    this.socket.close(code, closeReason(reason));
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }
}

export class FramedViewer extends SocketViewer implements Viewer {
  readonly canResume = true;
  readonly #events: ViewerEvents;
  #epoch = 0;
  #inputNext = 0;
  #sent = 0;

  constructor(socket: WebSocket, events: ViewerEvents) {
    super(socket);
    this.#events = events;
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.once("close", (code) => events.closed(code === NORMAL_CLOSE));
  }

  attached(
    frame: Buffer,
    { epoch, start, inputNext }: { epoch: number; start: number; inputNext: number | undefined },
  ): void {
    this.#epoch = epoch;
    this.#sent = start;
    if (inputNext !== undefined) this.#inputNext = inputNext;
    this.socket.send(frame);
  }

  output(frame: Buffer, outputEnd: number): void {
    this.#sent = outputEnd;
    // Acknowledged but not read: somebody confirms what he never took.
    if (this.socket.bufferedAmount > MAX_UNREAD_BYTES) return this.#events.broken("what was sent is not read");
    this.socket.send(frame);
  }

  inputAcknowledged(frame: Buffer): void {
    this.socket.send(frame);
  }

  exit(exit: Exit, outputEnd: number): void {
    this.#send(FrameKind.exit, outputEnd, encodeJson(exit));
  }

  notice(notice: Notice): void {
    this.#send(FrameKind.notice, 0, encodeJson(notice));
  }

  #send(kind: FrameKind, offset: number, payload?: Uint8Array): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(encodeFrame({ kind, epoch: this.#epoch, offset, ...(payload && { payload }) }));
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = asBuffer(data);
    const frame = isBinary ? decodeFrame(bytes) : undefined;
    if (!frame) return this.#events.broken("a frame could not be read");
    if (!mayViewerSend(frame.kind)) return this.#events.broken("a frame came from the wrong side");
    // The measure of the round trip is no part of any attachment.
    if (frame.kind === FrameKind.ping) {
      if (this.socket.bufferedAmount > MAX_UNREAD_BYTES) return this.#events.broken("what was sent is not read");
      return this.#send(FrameKind.pong, frame.offset, encodeMachineLatency(this.#events.machineLatency()));
    }
    if (frame.epoch !== this.#epoch) return;
    switch (frame.kind) {
      case FrameKind.input:
        return this.#input(frame.offset, bytes.subarray(FRAME_HEADER_BYTES));
      case FrameKind.ack:
        if (frame.offset > this.#sent) return this.#events.broken("acknowledged more than was sent");
        return this.#events.acknowledged(frame.offset, decodeWindow(frame.payload));
      case FrameKind.resize: {
        const size = decodeSize(frame.payload);
        return size ? this.#events.resize(size) : this.#events.broken("a size could not be read");
      }
    }
  }

  #input(offset: number, bytes: Buffer): void {
    if (offset > this.#inputNext) return this.#events.broken("typed bytes have a hole");
    const fresh = bytes.subarray(this.#inputNext - offset);
    if (fresh.length === 0) return;
    this.#inputNext += fresh.length;
    this.#events.input(fresh);
  }
}

export class PlainViewer extends SocketViewer implements Viewer {
  readonly canResume = false;
  readonly #events: ViewerEvents;

  constructor(socket: WebSocket, events: ViewerEvents) {
    super(socket);
    this.#events = events;
    // Text frames too: what a person types into a simple client comes as text.
    socket.on("message", (data) => {
      const bytes = asBuffer(data);
      if (bytes.length > 0) events.input(bytes);
    });
    socket.once("close", (code) => events.closed(code === NORMAL_CLOSE));
  }

  attached(): void {}

  output(frame: Buffer, outputEnd: number): void {
    // Handed to the network is the best sign of progress that such a client can give.
    this.socket.send(frame.subarray(FRAME_HEADER_BYTES), (error) => {
      if (!error) this.#events.acknowledged(outputEnd);
    });
  }

  inputAcknowledged(): void {}

  exit(): void {}

  notice(): void {}
}
