import type { IncomingMessage } from "node:http";
import {
  Attached,
  decodeFrame,
  decodeJson,
  Exit,
  encodeFrame,
  type Frame,
  FrameKind,
  STREAM_CHALLENGE_HEADER,
  STREAM_KEY_LABEL,
} from "@sallyport/protocol";
import { deriveChannelKey } from "@sallyport/secure-terminal";
import type { RawData, WebSocket } from "ws";
import { Inbox } from "./inbox.ts";
import { type SignedAs, signer } from "./signer.ts";

export interface StreamFacts {
  token: string;
  request: IncomingMessage;
  machineKey: string;
  machineId: string;
}

/** The control plane's end of one stream, with a viewer that draws at once unless told not to. */
export class FakeStream {
  readonly token: string;
  readonly frames = new Inbox<Frame>();
  readonly closed: Promise<{ code: number; reason: string }>;
  /** What the viewer has drawn so far. */
  readonly output: Buffer[] = [];
  receivedBytes = 0;
  sessionId = "";
  epoch = 0;
  acknowledges = true;
  /** Whether it closes the stream when it has seen the exit, as a control plane does whose viewer has seen it. */
  confirmsExit = true;
  readonly #socket: WebSocket;
  readonly #facts: StreamFacts;
  readonly #challenge: string;
  #typed = 0;
  #changed = () => {};

  constructor(socket: WebSocket, facts: StreamFacts) {
    this.#socket = socket;
    this.#facts = facts;
    this.token = facts.token;
    this.#challenge = String(facts.request.headers[STREAM_CHALLENGE_HEADER]);
    this.closed = new Promise((resolve) =>
      socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
  }

  /** The host's first frame; from it the stream knows its session and epoch. */
  async attached(): Promise<Attached> {
    const { epoch, payload } = await this.frame(FrameKind.attached);
    const attached = decodeJson(Attached, payload);
    if (!attached) throw new Error("the attach cannot be read");
    this.sessionId = attached.session_id;
    this.epoch = epoch;
    this.#typed = attached.in_next;
    return attached;
  }

  frame(kind: FrameKind): Promise<Frame> {
    return this.frames.next((frame) => frame.kind === kind);
  }

  async exit(): Promise<Exit & { offset: number }> {
    const { payload, offset } = await this.frame(FrameKind.exit);
    const exit = decodeJson(Exit, payload);
    if (!exit) throw new Error("the exit cannot be read");
    return { ...exit, offset };
  }

  /** Resolves when everything drawn so far matches. */
  async shows(pattern: RegExp): Promise<string> {
    for (;;) {
      const text = Buffer.concat(this.output).toString();
      if (pattern.test(text)) return text;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async receives(byteCount: number): Promise<void> {
    while (this.receivedBytes < byteCount) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  type(text: string): void {
    const data = Buffer.from(text);
    this.send(this.sign("terminal_input", { epoch: this.epoch, offset: this.#typed, data: data.toString("base64") }));
    this.#typed += data.length;
  }

  /** Signs for this stream; `session` and `epoch` are those of another one where that is the point. */
  sign(
    type: string,
    payload: unknown,
    { session = this.sessionId, epoch = this.epoch, ...as }: SignedAs & { session?: string; epoch?: number } = {},
  ) {
    const { machineKey, machineId } = this.#facts;
    const key = deriveChannelKey(machineKey, STREAM_KEY_LABEL, session, String(epoch), this.#challenge);
    return signer({ key, machineId })(type, session, payload, as);
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  acknowledge(offset: number, epoch = this.epoch): void {
    this.sendBytes(encodeFrame({ kind: FrameKind.ack, epoch, offset }));
  }

  close(code: number, reason = ""): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    const frame = isBinary ? decodeFrame(data as Buffer) : undefined;
    if (!frame) throw new Error("the host sent something that is not a frame");
    if (frame.kind === FrameKind.attached) this.receivedBytes = frame.offset;
    if (frame.kind === FrameKind.exit && this.confirmsExit) this.close(1000, "exited");
    if (frame.kind !== FrameKind.output) return this.frames.push(frame);
    if (frame.offset !== this.receivedBytes) throw new Error(`a hole: ${frame.offset} after ${this.receivedBytes}`);
    this.receivedBytes += frame.payload.length;
    this.output.push(Buffer.from(frame.payload));
    if (this.acknowledges) this.acknowledge(this.receivedBytes, frame.epoch);
    this.#changed();
  }
}
