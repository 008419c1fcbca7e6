import { closeCode, type DesktopInput, decodeDesktopFrame, type VideoFrame } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import { CONGESTED_BYTES, type DesktopLine, type LineEvents, type LineFigures, readOutput } from "./desktop-line.ts";

/** What draws the frames; `FrameDecoder` in a browser. */
export interface FrameSink {
  readonly canvas: HTMLCanvasElement;
  readonly codec: string | undefined;
  decode(frame: VideoFrame): void;
  close(): void;
}

export interface StreamLineOptions extends LineEvents {
  /** Opens the socket; rejects where nobody is signed in. */
  dial(): Promise<WebSocket>;
  /** Makes what draws. */
  sink(events: {
    taken(frame: number): void;
    drawn(): void;
    wantsKeyFrame(): void;
    failed(reason: string): void;
  }): FrameSink;
}

/** A picture through the control plane: H.264 and messages on one WebSocket, drawn on a canvas. */
export class StreamLine implements DesktopLine {
  readonly via = "stream";
  readonly #options: StreamLineOptions;
  readonly #sink: FrameSink;
  #socket: WebSocket | undefined;
  #unsent: DesktopInput[] = [];
  #taken = -1;
  #drawn = 0;
  #bytes = 0;
  #before: { atMs: number; drawn: number; bytes: number } | undefined;
  #isOver = false;

  constructor(options: StreamLineOptions) {
    this.#options = options;
    this.#sink = options.sink({
      taken: (frame) => this.#take(frame),
      drawn: () => {
        this.#drawn += 1;
        if (this.#drawn === 1 && !this.#isOver) options.picture();
      },
      wantsKeyFrame: () => this.send({ type: "refresh" }),
      failed: (reason) => this.#fail(reason),
    });
    options.dial().then(
      (socket) => this.#listen(socket),
      (error: unknown) => this.#fail(error instanceof Error ? error.message : t("the control plane does not answer")),
    );
  }

  get element(): HTMLCanvasElement {
    return this.#sink.canvas;
  }

  get isCongested(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > CONGESTED_BYTES;
  }

  send(message: DesktopInput): void {
    if (this.#isOver) return;
    if (this.#socket?.readyState === SOCKET_OPEN) this.#socket.send(JSON.stringify(message));
    else this.#unsent.push(message);
  }

  async figures(): Promise<LineFigures> {
    const now = { atMs: performance.now(), drawn: this.#drawn, bytes: this.#bytes };
    const before = this.#before;
    this.#before = now;
    const seconds = before ? (now.atMs - before.atMs) / 1_000 : 0;
    const { width, height } = this.#sink.canvas;
    const { codec } = this.#sink;
    return {
      width,
      height,
      path: t("through the control plane"),
      ...(codec !== undefined && { codec: `H.264 (${codec})` }),
      ...(before &&
        seconds > 0 && {
          framesPerSecond: (now.drawn - before.drawn) / seconds,
          kbps: ((now.bytes - before.bytes) * 8) / 1_000 / seconds,
        }),
    };
  }

  close(): void {
    this.#isOver = true;
    this.#sink.close();
    this.#socket?.close(1000, "viewer left");
  }

  #listen(socket: WebSocket): void {
    if (this.#isOver) return socket.close(1000, "viewer left");
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    const onOpen = () => {
      for (const message of this.#unsent.splice(0)) this.send(message);
    };
    if (socket.readyState === SOCKET_OPEN) onOpen();
    else socket.onopen = onOpen;
    socket.onmessage = ({ data }) => {
      if (!this.#isOver && data instanceof ArrayBuffer) this.#read(new Uint8Array(data));
    };
    socket.onclose = ({ code, reason }) => {
      if (!this.#isOver && code === TAKEN_OVER) {
        this.close();
        this.#options.takenOver();
      } else this.#fail(reason || t("the stream through the control plane broke"));
    };
  }

  #read(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const decoded = decodeDesktopFrame(bytes);
    if (decoded?.kind === "video") this.#sink.decode(decoded.frame);
    const message = decoded?.kind === "message" ? readOutput(decoded.json) : undefined;
    if (message) this.#options.message(message);
  }

  /** In rising order: whoever takes a frame has taken those before it. */
  #take(frame: number): void {
    if (frame <= this.#taken) return;
    this.#taken = frame;
    this.send({ type: "taken", frame });
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#options.failed(reason);
  }
}

const TAKEN_OVER = closeCode("SESSION_TAKEN_OVER");
/** `WebSocket.OPEN`, also where there is no `WebSocket`. */
const SOCKET_OPEN = 1;
