/**
 * One screen for one viewer: captures when something changed, encodes, sends, and passes on what the viewer does.
 *
 * Invariants: at most one frame is being captured or encoded; a frame is captured only when it can be sent at once, so none
 * is ever late; of several transports the one that connected last is used. It is over once, and nothing is told after it.
 */
import { CLIPBOARD_BYTES, type DesktopDisplay, type DesktopInput, type DesktopOutput } from "@sallyport/protocol";
import type { Logger } from "../platform/logger.ts";
import { reasonOf } from "../platform/one-line.ts";
import { ClipboardParts, isTooLarge, splitClipboard } from "./clipboard-parts.ts";
import { encodePng } from "./cursor/encode-png.ts";
import { decideFrame, type FrameKind, nextWorkMs } from "./decide-frame.ts";
import { decideFirst, decideRate, decideRefinement, isSmallChange, type Rate, type RateInputs } from "./decide-rate.ts";
import { FrameStats } from "./frame-stats.ts";
import type { Clipboard, ClipboardEvents, CursorEvents, CursorShape, InputSink } from "./input/input-sink.ts";
import { LateInput } from "./input/late-input.ts";
import type { OpenScreen, ScreenSource } from "./screen/screen-source.ts";
import type { PeerTransport, TransportEvents } from "./transport/peer-transport.ts";
import type { EncodedFrame, EncoderSettings, VideoEncoder } from "./video/video-encoder.ts";
import type { DesktopPolicy } from "./worker-messages.ts";

/** What a session is made of on this platform. */
export interface SessionParts<Frame> {
  openScreen: OpenScreen<Frame>;
  openEncoder(settings: EncoderSettings): Promise<VideoEncoder<Frame>>;
  openInput(): Promise<InputSink>;
  openClipboard(events: ClipboardEvents): Promise<Clipboard>;
  openCursor(events: CursorEvents): Promise<{ close(): void }>;
}

export interface SessionEvents {
  /** Frames are sent from now on, or no more; how long that may last is not decided here. */
  shown(isShown: boolean): void;
  /** It cannot go on. Once, and nothing after it. */
  ended(reason: string): void;
}

/** A transport, from the moment when it is opened. */
interface Way {
  transport: PeerTransport | undefined;
  isConnected: boolean;
  closed: string | undefined;
  /** What it said last that the line bears. */
  kbps: number | undefined;
}

/** Before the line has said anything. */
export const START: EncoderSettings = { kbps: 4_000, quality: 24 };
const START_FPS = 60;
/** Most refinements of a picture that stands still; a line that bears little needs several. */
const REFINEMENTS = 8;
/** A refinement with fewer bytes added nothing that anybody sees. */
const WORTHLESS_BYTES = 6_000;
/** A screen that changes its size fails a few times in a row. */
const FAILURES = 20;
const RETRY_MS = 100;
const STATS_MS = 1_000;
const CURSOR_PNG_CHARS = 400_000;

export class DesktopSession<Frame> {
  readonly #parts: SessionParts<Frame>;
  readonly #policy: DesktopPolicy;
  readonly #events: SessionEvents;
  readonly #logger: Logger;
  readonly #copied = new ClipboardParts();
  readonly #stats = new FrameStats();
  #screen: ScreenSource<Frame> | undefined;
  #encoder: VideoEncoder<Frame> | undefined;
  #input: InputSink | undefined;
  #clipboard: Clipboard | undefined;
  #cursor: { close(): void } | undefined;
  #transport: PeerTransport | undefined;
  /** Those that are on their way to be the one. */
  readonly #connecting = new Set<PeerTransport>();
  #opening: Promise<void> | undefined;
  #display: DesktopDisplay | undefined;
  #isOver = false;

  #show: { quality: RateInputs["quality"]; maxFps: number; maxKbps: number | undefined } = {
    quality: "auto",
    maxFps: START_FPS,
    maxKbps: undefined,
  };
  #lineKbps = START.kbps;
  #isBusy = false;
  #isChanged = false;
  #isKeyWanted = false;
  #isCrisp = false;
  #refinementsLeft = 0;
  #changedArea = 0;
  #lastFrameMs = -Infinity;
  #lastKeyMs = -Infinity;
  #lastChangeMs = -Infinity;
  #workMs = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #statsTimer: NodeJS.Timeout | undefined;
  #cursorShape: CursorShape | null = null;
  #sentCursors = new Set<number>();
  #copyId = 0;

  constructor(parts: SessionParts<Frame>, policy: DesktopPolicy, events: SessionEvents, logger: Logger) {
    this.#parts = parts;
    this.#policy = policy;
    this.#events = events;
    this.#logger = logger;
  }

  /** Whether a viewer has a way to it now. */
  get isShown(): boolean {
    return this.#transport !== undefined;
  }

  /**
   * Takes another way to the viewer; it takes the place of the one before when it is connected.
   *
   * @throws Error in words for the viewer, when the screen cannot be shown or `open` throws
   */
  async connect<Opened extends { transport: PeerTransport }>(
    open: (events: TransportEvents) => Promise<Opened> | Opened,
  ): Promise<Opened> {
    if (this.#isOver) throw new Error("the session is over");
    this.#opening ??= this.#open();
    const way: Way = { transport: undefined, isConnected: false, closed: undefined, kbps: undefined };
    const opening = Promise.resolve(open(this.#eventsOf(way)));
    // Both take a moment, and neither needs the other.
    const [screen, opened] = await Promise.allSettled([this.#opening, opening]);
    if (opened.status === "rejected") throw opened.reason;
    const { transport } = opened.value;
    if (screen.status === "rejected" || this.#isOver) {
      transport.close("the screen cannot be shown");
      throw screen.status === "rejected" ? screen.reason : new Error("the session is over");
    }
    if (way.closed !== undefined) throw new Error(way.closed);
    way.transport = transport;
    this.#connecting.add(transport);
    if (way.isConnected) this.#onConnected(transport, way.kbps);
    return opened.value;
  }

  close(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearInterval(this.#statsTimer);
    this.#transport?.sendMessage({ type: "bye", reason: reason.slice(0, 200) });
    for (const transport of [this.#transport, ...this.#connecting]) transport?.close(reason);
    this.#input?.close();
    this.#clipboard?.close();
    this.#cursor?.close();
    this.#encoder?.close();
    this.#screen?.close();
  }

  /** In the order in which a viewer misses them: the picture first. */
  async #open(): Promise<void> {
    const opening = [
      this.#parts.openScreen({
        damaged: ({ width, height }) => this.#onDamaged(width * height),
        displaysChanged: () => this.#onDisplaysChanged(),
        failed: (reason) => this.#fail(reason),
      }),
      this.#parts.openEncoder(START),
    ] as const;
    const [screen, encoder] = await Promise.all(opening).catch(async (error: unknown) => {
      for (const each of await Promise.allSettled(opening)) if (each.status === "fulfilled") each.value.close();
      throw error;
    });
    this.#screen = screen;
    this.#encoder = encoder;
    if (this.#isOver) {
      screen.close();
      encoder.close();
      return;
    }
    this.#display = screen.displays()[0];
    await this.#warmUp(screen, encoder);
    void this.#openRest().catch((error: unknown) => {
      this.#logger.warn("part of the desktop is missing", { reason: reasonOf(error) });
    });
  }

  /** The first frame takes several times as long as any other. While the viewer looks for a way here, there is time. */
  async #warmUp(screen: ScreenSource<Frame>, encoder: VideoEncoder<Frame>): Promise<void> {
    this.#isBusy = true;
    try {
      await encoder.encode(await screen.grab(), { timeUs: performance.now() * 1_000, forceKey: true });
    } catch (error) {
      this.#logger.debug("no frame", { reason: reasonOf(error) });
    } finally {
      this.#isBusy = false;
    }
  }

  async #openRest(): Promise<void> {
    const { input, clipboard } = this.#policy;
    if (input) {
      const late = new LateInput(this.#parts.openInput());
      this.#input = late;
      await late.opened;
      if (this.#isOver) return;
    }
    this.#cursor = await this.#parts.openCursor({ changed: (shape) => this.#onCursor(shape) });
    if (this.#isOver) return this.#cursor.close();
    if (!clipboard.to_machine && !clipboard.from_machine) return;
    this.#clipboard = await this.#parts.openClipboard({
      copied: (text) => this.#onCopied(text),
      tooLarge: () => this.#onCopyTooLarge(),
    });
    if (this.#isOver) this.#clipboard.close();
  }

  #eventsOf(way: Way): TransportEvents {
    const isCurrent = () => !this.#isOver && way.transport !== undefined && way.transport === this.#transport;
    return {
      connected: () => {
        way.isConnected = true;
        if (way.transport && !this.#isOver) this.#onConnected(way.transport, way.kbps);
      },
      message: (message) => isCurrent() && this.#onMessage(message),
      keyFrameWanted: () => isCurrent() && this.#wantKey(),
      bandwidth: (kbps) => {
        way.kbps = kbps;
        if (isCurrent()) this.#lineKbps = kbps;
      },
      ready: () => isCurrent() && this.#schedule(),
      closed: (reason) => {
        way.closed = reason;
        this.#onClosed(way.transport, reason);
      },
    };
  }

  #onConnected(transport: PeerTransport, kbps: number | undefined): void {
    const before = this.#transport;
    this.#connecting.delete(transport);
    if (before === transport) return;
    this.#transport = transport;
    this.#lineKbps = kbps ?? START.kbps;
    before?.close("another connection took its place");
    // A key that was let go meanwhile was let go on a line that is no more.
    if (before && this.#display) this.#input?.handle({ type: "release" }, this.#display);
    this.#logger.info("desktop is shown", { by: transport.kind });
    this.#sentCursors = new Set();
    this.#tellRights();
    this.#tellScreen();
    this.#tellCursor();
    this.#statsTimer ??= setInterval(() => this.#tellStats(), STATS_MS);
    this.#lastKeyMs = -Infinity;
    this.#wantKey();
    this.#events.shown(true);
  }

  #onClosed(transport: PeerTransport | undefined, reason: string): void {
    if (this.#isOver || !transport) return;
    this.#connecting.delete(transport);
    if (transport !== this.#transport) return;
    this.#logger.info("viewer lost", { reason });
    this.#transport = undefined;
    if (this.#display) this.#input?.handle({ type: "release" }, this.#display);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    clearInterval(this.#statsTimer);
    this.#statsTimer = undefined;
    this.#events.shown(false);
  }

  #onMessage(message: DesktopInput): void {
    switch (message.type) {
      case "ping":
        return this.#tell({ type: "pong", id: message.id });
      case "refresh":
        return this.#wantKey();
      case "clipboard":
        return this.#onClipboardPart(message);
      case "show":
        return this.#onShow(message);
      case "resize":
        return void this.#resize(message);
      case "taken":
        return;
      default:
        // Without the right to, it is not even looked at.
        if (this.#display) this.#input?.handle(message, this.#display);
    }
  }

  #onShow({ display, quality, max_fps, max_kbps }: Extract<DesktopInput, { type: "show" }>): void {
    if (quality !== undefined) this.#show.quality = quality;
    if (max_fps !== undefined) this.#show.maxFps = max_fps;
    if (max_kbps !== undefined) this.#show.maxKbps = max_kbps ?? undefined;
    if (quality !== undefined) this.#isCrisp = false;
    if (quality !== undefined) this.#refinementsLeft = REFINEMENTS;
    if (display !== undefined && display !== this.#display?.id) void this.#switchTo(display);
    this.#schedule();
  }

  async #switchTo(displayId: string): Promise<void> {
    try {
      await this.#screen?.show(displayId);
    } catch (error) {
      return this.#notice("INVALID_STATE", reasonOf(error));
    }
    this.#display = this.#screen?.displays().find(({ id }) => id === displayId) ?? this.#display;
    this.#tellScreen();
    this.#wantKey();
  }

  async #resize({ width, height }: { width: number; height: number }): Promise<void> {
    const display = this.#display;
    if (!this.#policy.input) return this.#notice("FORBIDDEN", "this machine's viewers may only look");
    if (!display || !this.#screen) return;
    try {
      await this.#screen.resize(display.id, { width, height });
    } catch (error) {
      this.#notice("INVALID_STATE", reasonOf(error));
    }
  }

  #onDisplaysChanged(): void {
    if (this.#isOver || !this.#screen) return;
    const displays = this.#screen.displays();
    this.#display = displays.find(({ id }) => id === this.#display?.id) ?? displays[0];
    this.#tellScreen();
    this.#wantKey();
  }

  #onClipboardPart(part: Extract<DesktopInput, { type: "clipboard" }>): void {
    if (!this.#policy.clipboard.to_machine) {
      if (part.part === 0) this.#notice("FORBIDDEN", "this machine takes no text from its viewers' clipboards");
      return;
    }
    const assembled = this.#copied.add(part);
    if (assembled.kind === "too large") {
      this.#notice(
        "PAYLOAD_TOO_LARGE",
        `what was copied has more than ${CLIPBOARD_BYTES / 1024} KiB and was not passed on`,
      );
    } else if (assembled.kind === "whole") this.#clipboard?.offer(assembled.text);
  }

  #onCopyTooLarge(): void {
    if (!this.#policy.clipboard.from_machine) return;
    const limit = `${CLIPBOARD_BYTES / 1024} KiB`;
    this.#notice("PAYLOAD_TOO_LARGE", `what was copied at the machine has more than ${limit} and was not passed on`);
  }

  #onCopied(text: string): void {
    if (this.#isOver || !this.#policy.clipboard.from_machine) return;
    if (isTooLarge(text)) return this.#onCopyTooLarge();
    this.#copyId += 1;
    for (const part of splitClipboard(this.#copyId, text)) this.#tell(part);
  }

  #onCursor(shape: CursorShape | null): void {
    if (this.#isOver) return;
    this.#cursorShape = shape;
    this.#tellCursor();
  }

  #onDamaged(pixels: number): void {
    if (this.#isOver) return;
    this.#lastChangeMs = performance.now();
    this.#changedArea = Math.max(this.#changedArea, pixels);
    if (this.#isChanged) this.#stats.skipped();
    this.#isChanged = true;
    this.#schedule();
  }

  #wantKey(): void {
    this.#isKeyWanted = true;
    this.#schedule();
  }

  get #rateInputs(): RateInputs {
    const pixels = Math.max(1, (this.#display?.width ?? 1) * (this.#display?.height ?? 1));
    return {
      ...this.#show,
      lineKbps: this.#lineKbps,
      pixels,
      changedShare: Math.min(1, this.#changedArea / pixels),
      wasCrisp: this.#isCrisp,
    };
  }

  /** Asked after everything that may have changed the answer. */
  #schedule(): void {
    if (this.#isBusy || this.#isOver || !this.#transport) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const nowMs = performance.now();
    const rate = decideRate(this.#rateInputs);
    const decision = decideFrame({
      isChanged: this.#isChanged,
      isKeyWanted: this.#isKeyWanted,
      refinementsLeft: this.#refinementsLeft,
      lastFrameMs: this.#lastFrameMs,
      lastKeyMs: this.#lastKeyMs,
      lastChangeMs: this.#lastChangeMs,
      fps: rate.fps,
      workMs: this.#workMs,
    });
    if (decision.kind === "nothing") return;
    const waitMs = decision.atMs - nowMs;
    if (waitMs > 0.5) {
      this.#timer = setTimeout(() => this.#schedule(), waitMs);
      return;
    }
    // Asked last: whoever hears "no" is told when there is room.
    if (!this.#transport.isReady) return;
    void this.#frame(decision.kind, this.#settingsFor(decision.kind, rate));
  }

  #settingsFor(kind: FrameKind, rate: Rate): EncoderSettings {
    if (kind === "refine") return decideRefinement(this.#rateInputs);
    const isFirst = kind === "key" && this.#lastKeyMs === -Infinity;
    return isFirst ? decideFirst(rate) : rate;
  }

  async #frame(kind: FrameKind, settings: EncoderSettings): Promise<void> {
    const { screen, encoder } = { screen: this.#screen, encoder: this.#encoder };
    if (!screen || !encoder) return;
    const isSmall = kind === "change" && isSmallChange(this.#rateInputs.changedShare) && this.#isCrisp;
    this.#isBusy = true;
    const startedMs = performance.now();
    this.#lastFrameMs = startedMs;
    this.#isChanged = false;
    this.#changedArea = 0;
    if (kind === "key") this.#isKeyWanted = false;
    try {
      const picture = await screen.grab();
      encoder.adjust(settings);
      const encodedFromMs = performance.now();
      const frame = await encoder.encode(picture, { timeUs: startedMs * 1_000, forceKey: kind === "key" });
      if (this.#isOver) return;
      this.#failures = 0;
      this.#workMs = nextWorkMs(this.#workMs, performance.now() - startedMs);
      if (frame.isKey) this.#lastKeyMs = startedMs;
      this.#noteRefinement(kind, isSmall, settings, frame);
      this.#stats.sent(frame.data.length, performance.now() - encodedFromMs);
      this.#transport?.sendFrame(frame);
    } catch (error) {
      this.#onFailure(error, kind);
    } finally {
      this.#isBusy = false;
    }
    this.#schedule();
  }

  #noteRefinement(kind: FrameKind, isSmall: boolean, asked: EncoderSettings, { data, quality }: EncodedFrame): void {
    if (kind === "refine") {
      const isWorthless = data.length < WORTHLESS_BYTES;
      // Made coarse because the line still has much to do: it says nothing of what is left to refine.
      if (quality > asked.quality) return;
      this.#refinementsLeft = isWorthless ? 0 : this.#refinementsLeft - 1;
      this.#isCrisp = this.#refinementsLeft === 0;
    } else if (!isSmall) {
      this.#isCrisp = false;
      this.#refinementsLeft = REFINEMENTS;
    }
  }

  /** The screen may have changed its size under the hands of who reads it; it says so in a moment. */
  #onFailure(error: unknown, kind: FrameKind): void {
    if (this.#isOver) return;
    this.#failures += 1;
    this.#logger.debug("no frame", { reason: reasonOf(error), failures: this.#failures });
    if (this.#failures > FAILURES) return this.#fail(reasonOf(error));
    this.#isChanged = true;
    if (kind === "key") this.#isKeyWanted = true;
    this.#lastFrameMs = performance.now() + RETRY_MS;
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.close(reason);
    this.#events.ended(reason);
  }

  #tell(message: DesktopOutput): void {
    this.#transport?.sendMessage(message);
  }

  #notice(code: string, message: string): void {
    this.#tell({ type: "notice", code, message: message.slice(0, 500) });
  }

  #tellRights(): void {
    const { input, clipboard } = this.#policy;
    this.#tell({ type: "rights", input, clipboard: { ...clipboard, max_bytes: CLIPBOARD_BYTES } });
  }

  #tellScreen(): void {
    const display = this.#display;
    if (!display || !this.#screen) return;
    const displays = [...this.#screen.displays()];
    this.#tell({
      type: "screen",
      displays,
      shown: display.id,
      resolutions: this.#policy.input ? [...this.#screen.resolutions(display.id)] : [],
    });
  }

  #tellCursor(): void {
    const shape = this.#cursorShape;
    if (!shape) return this.#tell({ type: "cursor", shape: null });
    const { id, hotX: hot_x, hotY: hot_y, width, height } = shape;
    const known = { id, hot_x, hot_y, width, height };
    if (this.#sentCursors.has(id)) return this.#tell({ type: "cursor", shape: known });
    const png = encodePng(shape).toString("base64");
    if (png.length > CURSOR_PNG_CHARS) return;
    this.#sentCursors.add(id);
    this.#tell({ type: "cursor", shape: { ...known, png } });
  }

  #tellStats(): void {
    const stats = this.#stats.take();
    if (stats.fps === 0) return;
    this.#tell({ type: "stats", ...stats, target_kbps: decideRate(this.#rateInputs).kbps });
  }
}
