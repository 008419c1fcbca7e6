/**
 * A screen and an encoder that are open before a viewer asks: opening them takes longer than anything else that he waits
 * for, and a desktop process is started because one is expected. For the first session; others open their own.
 */
import type { OpenScreen, ScreenEvents, ScreenSource } from "./screen/screen-source.ts";
import type { EncoderSettings, VideoEncoder } from "./video/video-encoder.ts";

interface Opened<Frame> {
  screen: ScreenSource<Frame>;
  encoder: VideoEncoder<Frame>;
  /** Whoever takes it hears what happens from then on. */
  hears(events: ScreenEvents): void;
}

interface Parts<Frame> {
  openScreen: OpenScreen<Frame>;
  openEncoder(settings: EncoderSettings): Promise<VideoEncoder<Frame>>;
}

export class WarmStart<Frame> {
  readonly #parts: Parts<Frame>;
  #screen: Opened<Frame> | undefined;
  #encoder: VideoEncoder<Frame> | undefined;
  /** Who comes meanwhile waits for it: it is sooner than a second one. */
  #preparing: Promise<void> | undefined;

  constructor(parts: Parts<Frame>) {
    this.#parts = parts;
  }

  /** @throws Error when there is no screen to show */
  prepare(settings: EncoderSettings): Promise<void> {
    const preparing = this.#prepare(settings);
    this.#preparing = preparing.catch(() => {});
    return preparing;
  }

  readonly openScreen: OpenScreen<Frame> = async (events) => {
    await this.#preparing;
    const warm = this.#screen;
    this.#screen = undefined;
    if (!warm) return this.#parts.openScreen(events);
    warm.hears(events);
    return warm.screen;
  };

  readonly openEncoder = async (settings: EncoderSettings): Promise<VideoEncoder<Frame>> => {
    await this.#preparing;
    const warm = this.#encoder;
    this.#encoder = undefined;
    return warm ?? this.#parts.openEncoder(settings);
  };

  /** What nobody took. */
  close(): void {
    this.#screen?.screen.close();
    this.#encoder?.close();
    this.#screen = undefined;
    this.#encoder = undefined;
  }

  async #prepare(settings: EncoderSettings): Promise<void> {
    const opened = await this.#open(settings);
    try {
      // The first frame takes several times as long as any other.
      await opened.encoder.encode(await opened.screen.grab(), { timeUs: performance.now() * 1_000, forceKey: true });
    } catch (error) {
      opened.screen.close();
      opened.encoder.close();
      throw error;
    }
    this.#screen = opened;
    this.#encoder = opened.encoder;
  }

  async #open(settings: EncoderSettings): Promise<Opened<Frame>> {
    let listener: ScreenEvents | undefined;
    const screen = await this.#parts.openScreen({
      damaged: (area) => listener?.damaged(area),
      displaysChanged: () => listener?.displaysChanged(),
      failed: (reason) => {
        if (listener) listener.failed(reason);
        else this.close();
      },
    });
    const encoder = await this.#parts.openEncoder(settings).catch((error: unknown) => {
      screen.close();
      throw error;
    });
    return {
      screen,
      encoder,
      hears: (events) => {
        listener = events;
      },
    };
  }
}
