/**
 * A stream to one viewer, through the control plane, where WebRTC finds no way: frames and messages as binary messages of
 * a WebSocket that is dialled from here, the viewer's messages as signed texts. Invariants as of a WebRTC connection: it is
 * over once, and what arrives is hostile until it is verified.
 */
import {
  DESKTOP_FRAME_BYTES,
  type DesktopInput,
  type DesktopOutput,
  encodeDesktopMessage,
  encodeVideoFrame,
  STREAM_CHALLENGE_HEADER,
} from "@sallyport/protocol";
import { type DialledSocket, dialWebSocket, type SocketEnd } from "../../platform/dial-web-socket.ts";
import type { Logger } from "../../platform/logger.ts";
import type { EncodedFrame } from "../video/video-encoder.ts";
import { FrameWindow } from "./frame-window.ts";
import type { PeerTransport, TransportEvents } from "./peer-transport.ts";
import { SignedInput } from "./signed-input.ts";

/** One message of a viewer: a part of a clipboard, signed. */
const MESSAGE_BYTES = 128 * 1024;
/** A peer that sends this many messages which do not verify, or make no sense, is not one to keep talking to. */
const FORGERIES = 10;
const MISUNDERSTOOD = 50;
const NORMAL_CLOSE = 1000;
const PROTOCOL_ERROR_CLOSE = 4400;
/** A viewer that takes nothing for this long does not look any more. */
const UNTAKEN_MS = 15_000;

export interface StreamOptions {
  url: string;
  token: string;
  sessionId: string;
  machineId: string;
  epoch: number;
  /** Both of this stream alone, made by who holds the machine's keys. */
  challenge: string;
  key: string;
  /** How far the machine's clock is behind the control plane's. */
  clockOffsetMs: number;
  events: TransportEvents;
  logger: Logger;
}

export class StreamTransport implements PeerTransport {
  readonly kind = "stream";
  readonly #events: TransportEvents;
  readonly #logger: Logger;
  readonly #signed: SignedInput;
  readonly #socket: DialledSocket;
  readonly #window = new FrameWindow();
  #number = 0;
  #isConnected = false;
  #isOver = false;
  #wasFull = false;
  #needsKey = false;
  #forgeries = 0;
  #misunderstood = 0;
  #toldKbps = 0;
  readonly #watch: NodeJS.Timeout;

  constructor({ url, token, challenge, clockOffsetMs, events, logger, ...identity }: StreamOptions) {
    this.#events = events;
    this.#logger = logger;
    // Measured once and moved on by the monotonic clock: a wall clock that is set meanwhile changes nothing.
    const anchorMs = Date.now() + clockOffsetMs - performance.now();
    this.#signed = new SignedInput({ ...identity, now: () => anchorMs + performance.now(), logger });
    this.#socket = dialWebSocket(
      {
        url,
        headers: { authorization: `Bearer ${token}`, [STREAM_CHALLENGE_HEADER]: challenge },
        maxMessageBytes: MESSAGE_BYTES,
      },
      {
        opened: () => this.#onOpened(),
        text: (text) => this.#onText(text),
        binary: () => this.#protocolError("only texts come to a machine"),
        ended: (end) => this.#onEnded(end),
      },
    );
    this.#watch = setInterval(() => this.#look(), 1_000);
  }

  get isReady(): boolean {
    const isReady = this.#isConnected && this.#window.hasRoom;
    this.#wasFull ||= !isReady;
    return isReady;
  }

  sendFrame({ data, isKey, timeUs, width, height }: EncodedFrame): void {
    if (!this.#isConnected) return;
    // Without the frames that were dropped, what comes after them cannot be decoded.
    if (this.#needsKey && !isKey) return;
    if (data.length > DESKTOP_FRAME_BYTES - 64) {
      this.#needsKey = true;
      this.#logger.warn("a frame was too large for the stream", { bytes: data.length });
      return this.#events.keyFrameWanted();
    }
    this.#needsKey = false;
    const number = this.#number;
    this.#number = (this.#number + 1) % 2 ** 32;
    this.#window.sent(number, data.length, performance.now());
    this.#socket.sendBytes(encodeVideoFrame({ isKey, number, timeUs, width, height, data }));
  }

  sendMessage(message: DesktopOutput): void {
    if (this.#isConnected) this.#socket.sendBytes(encodeDesktopMessage(JSON.stringify(message)));
  }

  close(reason: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#socket.close(NORMAL_CLOSE, reason.slice(0, 100));
  }

  #onOpened(): void {
    if (this.#isOver) return;
    this.#isConnected = true;
    this.#events.connected();
    this.#tellBandwidth();
  }

  #onText(text: string): void {
    if (!this.#isConnected) return;
    const verdict = this.#signed.verify(text);
    if (!verdict.genuine) {
      this.#forgeries += 1;
      this.#logger.debug("stream message dropped", { reason: verdict.reason });
      if (this.#forgeries >= FORGERIES) this.#protocolError("too many messages that do not verify");
    } else if (verdict.message) this.#onMessage(verdict.message);
    else {
      this.#misunderstood += 1;
      if (this.#misunderstood >= MISUNDERSTOOD) this.#protocolError("the viewer speaks another protocol");
    }
  }

  #onMessage(message: DesktopInput): void {
    if (message.type !== "taken") return this.#events.message(message);
    this.#window.taken(message.frame, performance.now());
    this.#tellBandwidth();
    if (!this.#wasFull || !this.#window.hasRoom) return;
    this.#wasFull = false;
    this.#events.ready();
  }

  #tellBandwidth(): void {
    const { kbps } = this.#window;
    if (Math.abs(kbps - this.#toldKbps) < this.#toldKbps * 0.03) return;
    this.#toldKbps = kbps;
    this.#events.bandwidth(kbps);
  }

  #look(): void {
    if (this.#window.waitingMs(performance.now()) > UNTAKEN_MS) this.#protocolError("the viewer takes no frames");
  }

  #protocolError(reason: string): void {
    if (this.#isOver) return;
    this.#logger.warn("stream closed: protocol error", { reason });
    this.#end();
    this.#socket.close(PROTOCOL_ERROR_CLOSE, reason);
    this.#events.closed(reason);
  }

  #onEnded({ code, reason }: SocketEnd): void {
    if (this.#isOver) return;
    this.#logger.debug("stream ended", { code, reason });
    this.#end();
    this.#events.closed(reason);
  }

  #end(): void {
    this.#isOver = true;
    this.#isConnected = false;
    clearInterval(this.#watch);
  }
}
