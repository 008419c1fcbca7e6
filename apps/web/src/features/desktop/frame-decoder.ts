import type { VideoFrame as EncodedFrame } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import { type SequenceParameters, sequenceParametersOf } from "./sequence-parameters.ts";

export interface FrameDecoderEvents {
  /** This frame, and all before it, are drawn or were let go. */
  taken(frame: number): void;
  drawn(): void;
  /** The next frame must stand by itself, or there will be no more pictures. */
  wantsKeyFrame(): void;
  /** Decoding will not work here, whatever comes. */
  failed(reason: string): void;
}

/** So many broken pictures in a row are no accident of the line. */
const MOST_FAILURES = 5;

/** Draws H.264 on a canvas with WebCodecs: every frame at once, the latest above all. */
export class FrameDecoder {
  readonly canvas = document.createElement("canvas");
  readonly #context = this.canvas.getContext("2d", { alpha: false, desynchronized: true });
  readonly #events: FrameDecoderEvents;
  #decoder: VideoDecoder | undefined;
  #codec: string | undefined;
  #configured = "";
  /** Frames that need earlier ones are no use until the next that does not. */
  #needsKey = true;
  #failures = 0;
  #isClosed = false;

  constructor(events: FrameDecoderEvents) {
    this.#events = events;
  }

  get codec(): string | undefined {
    return this.#codec;
  }

  decode({ isKey, number, data }: EncodedFrame): void {
    if (this.#isClosed) return;
    if (isKey) this.#configure(sequenceParametersOf(data));
    if (this.#decoder?.state !== "configured" || (this.#needsKey && !isKey)) {
      this.#events.taken(number);
      return;
    }
    this.#needsKey = false;
    // The number goes through the decoder as the time, and comes out with the picture.
    const chunk = { type: isKey ? "key" : "delta", timestamp: number, data } as const;
    try {
      this.#decoder.decode(new EncodedVideoChunk(chunk));
    } catch {
      this.#broke(number);
    }
  }

  close(): void {
    this.#isClosed = true;
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
  }

  #configure(parameters: SequenceParameters | undefined): void {
    if (!parameters) return;
    const { codec, colorSpace } = parameters;
    const key = JSON.stringify(parameters);
    if (key === this.#configured && this.#decoder?.state === "configured") return;
    this.#configured = key;
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#codec = codec;
    const decoder = new VideoDecoder({
      output: (frame) => this.#draw(frame),
      error: () => {
        // Of an older one it is no news.
        if (decoder === this.#decoder) this.#broke(undefined);
      },
    });
    this.#decoder = decoder;
    try {
      // Without a description it is Annex B.
      decoder.configure({ codec, optimizeForLatency: true, ...(colorSpace && { colorSpace }) });
    } catch {
      this.#events.failed(t("the browser does not decode {{codec}}", { codec }));
    }
  }

  #draw(frame: VideoFrame): void {
    const { timestamp, displayWidth, displayHeight } = frame;
    if (!this.#isClosed) {
      const { canvas } = this;
      if (canvas.width !== displayWidth || canvas.height !== displayHeight) {
        canvas.width = displayWidth;
        canvas.height = displayHeight;
        // As a video does.
        canvas.dispatchEvent(new Event("resize"));
      }
      this.#context?.drawImage(frame, 0, 0);
    }
    frame.close();
    if (this.#isClosed) return;
    this.#failures = 0;
    this.#events.taken(timestamp);
    this.#events.drawn();
  }

  #broke(frame: number | undefined): void {
    if (this.#isClosed) return;
    this.#decoder = undefined;
    this.#needsKey = true;
    this.#failures += 1;
    if (this.#failures >= MOST_FAILURES) return this.#events.failed(t("the browser could not decode the picture"));
    if (frame !== undefined) this.#events.taken(frame);
    this.#events.wantsKeyFrame();
  }
}
