/**
 * One stream: the WebSocket that the host opens for one viewer attachment, to the node where that viewer is.
 *
 * What arrives is hostile until it is verified. Typed bytes, sizes and the end are signed; an acknowledgement is not,
 * because it carries no command: it is bounded by what was sent and only ever grows.
 */
import {
  clampSize,
  decodeFrame,
  decodeWindow,
  encodeFrame,
  FrameKind,
  INPUT_MESSAGE_BYTES,
  STREAM_CHALLENGE_HEADER,
  STREAM_MESSAGE_BYTES,
  type TerminalSize,
  writeFrameHeader,
} from "@sallyport/protocol";
import { freshChallenge } from "../identity/channel-keys.ts";
import { type DialledSocket, dialWebSocket, type SocketEnd } from "../platform/dial-web-socket.ts";
import type { Logger } from "../platform/logger.ts";
import type { ServerClock } from "./server-clock.ts";
import { SignedStream, type StreamMessage } from "./signed-stream.ts";

/** A peer that sends this many messages which do not verify is not one to keep talking to. */
const FORGERIES = 10;
const PROTOCOL_ERROR_CLOSE = 4400;

export interface StreamTarget {
  url: string;
  token: string;
  sessionId: string;
  epoch: number;
}

export interface StreamEvents {
  opened(): void;
  input(offset: number, bytes: Uint8Array): void;
  resized(size: TerminalSize): void;
  /** `windowBytes` only when the viewer wants another window. */
  acknowledged(offset: number, windowBytes: number | undefined): void;
  /** The control plane ends the session; the reason is its own. */
  endRequested(reason: string): void;
  /** Exactly once, also when the stream could not be opened. */
  ended(end: SocketEnd): void;
}

export interface StreamIdentity {
  machineId: string;
  machineKey: string;
  clock: ServerClock;
}

/** What a session needs of its stream. */
export type ViewerStream = Pick<SessionStream, "isOpen" | "send" | "sendOutput" | "close" | "protocolError">;

export class SessionStream {
  readonly epoch: number;
  readonly #events: StreamEvents;
  readonly #logger: Logger;
  readonly #signed: SignedStream;
  readonly #socket: DialledSocket;
  #forgeries = 0;

  constructor(
    { url, token, sessionId, epoch }: StreamTarget,
    identity: StreamIdentity,
    logger: Logger,
    events: StreamEvents,
  ) {
    const challenge = freshChallenge();
    this.epoch = epoch;
    this.#events = events;
    this.#logger = logger;
    this.#signed = new SignedStream({ ...identity, sessionId, epoch, challenge, logger });
    this.#socket = dialWebSocket(
      {
        url,
        headers: { authorization: `Bearer ${token}`, [STREAM_CHALLENGE_HEADER]: challenge },
        maxMessageBytes: STREAM_MESSAGE_BYTES,
      },
      {
        opened: () => events.opened(),
        text: (text) => this.#onText(text),
        binary: (bytes) => this.#onBinary(bytes),
        ended: (end) => events.ended(end),
      },
    );
  }

  get isOpen(): boolean {
    return this.#socket.isOpen;
  }

  /** Sends output in place: `frame` has room for the header in front of its bytes. */
  sendOutput(offset: number, frame: Uint8Array): void {
    writeFrameHeader(frame, FrameKind.output, this.epoch, offset);
    this.#socket.sendBytes(frame);
  }

  send(kind: FrameKind, offset: number, payload?: Uint8Array): void {
    this.#socket.sendBytes(encodeFrame({ kind, epoch: this.epoch, offset, ...(payload && { payload }) }));
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** The other end broke the protocol. The stream ends; what becomes of the session is not decided here. */
  protocolError(reason: string): void {
    this.#logger.warn("stream closed: protocol error", { reason });
    this.close(PROTOCOL_ERROR_CLOSE, reason);
  }

  #onText(text: string): void {
    if (!this.isOpen) return;
    const verdict = this.#signed.verify(text);
    if (verdict.genuine) return this.#onGenuine(verdict.message);
    this.#forgeries += 1;
    this.#logger.debug("stream message dropped", { reason: verdict.reason });
    if (this.#forgeries >= FORGERIES) this.protocolError("too many messages that do not verify");
  }

  #onGenuine({ type, payload }: StreamMessage): void {
    // The key is derived from the epoch, so this can only be the control plane contradicting itself.
    if (payload.epoch !== this.epoch) return;
    if (type === "terminal_resize") return this.#events.resized(clampSize(payload));
    if (type === "end_session") return this.#events.endRequested(payload.reason);
    const bytes = Buffer.from(payload.data, "base64");
    if (bytes.length > INPUT_MESSAGE_BYTES) return this.protocolError("more input than one message may hold");
    this.#events.input(payload.offset, bytes);
  }

  #onBinary(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    const frame = decodeFrame(bytes);
    if (frame?.kind !== FrameKind.ack) return this.protocolError("only acknowledgements come as binary frames");
    if (frame.epoch === this.epoch) this.#events.acknowledged(frame.offset, decodeWindow(frame.payload));
  }
}
