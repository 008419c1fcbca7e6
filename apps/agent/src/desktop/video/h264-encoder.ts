/**
 * H.264 by libx264, in process: every frame goes out at once, as one access unit. Invariants: one frame at a time; the
 * picture of before stays converted, so that only rows that changed are converted again; a new size is a new encoder.
 */
import { availableParallelism } from "node:os";
import type { CodecContext, Frame, Packet, SoftwareScaleContext } from "node-av/lib";
import { loadNodeAv, type NodeAv } from "../load-node-av.ts";
import type { Picture } from "../screen/picture.ts";
import { debtOf, decideCap, decideQuality, payDebt } from "./decide-budget.ts";
import type { EncodedFrame, EncoderSettings, VideoEncoder } from "./video-encoder.ts";

/** As x264 says "never". */
const ENDLESS_GOP = 1 << 30;
/** Bands are converted in heights of whole macroblocks, so that converters of few heights are made. */
const BAND_ROWS = 64;
/** Of the height. To look into a picture costs something: more rows are converted faster with all the others. */
const BAND_SHARE = 0.6;
const MICROSECONDS = 1_000_000;
/** What x264 reckons with; frames come when something changes. */
const NOMINAL_FPS = 60;

/**
 * On top of `ultrafast`: the wider search finds a page that was scrolled, which the fast one does not. Frames of scrolled
 * text are then an eighth as large, and made in less time, because there is less to write. And the quality is what is asked
 * for, not one that moves with what is on the screen: a picture that stands still is not written again and again. Colours,
 * of which only a quarter is there, are a little coarser: nobody sees that in text, and it saves two fifths of the bytes.
 */
const X264 = "scenecut=0:sliced-threads=1:me=umh:merange=64:qcomp=1:chroma-qp-offset=4";
/** Two make a picture a little sooner. Of more, each makes a slice so small that what is given up between them is seen. */
const THREADS = Math.min(2, availableParallelism());

/** @throws Error that says what to install */
export async function openH264Encoder(settings: EncoderSettings): Promise<VideoEncoder<Picture>> {
  const av = await loadNodeAv();
  if (!av.Codec.findEncoderByName(av.FF_ENCODER_LIBX264)) throw new Error("the installed FFmpeg has no libx264");
  return new H264Encoder(av, settings);
}

/** What is of one size. */
interface Opened {
  width: number;
  height: number;
  context: CodecContext;
  yuv: Frame;
  /** Of `yuv`. */
  planes: Buffer[];
  strides: number[];
  packet: Packet;
  converters: Map<number, SoftwareScaleContext>;
  /** Nothing is in it yet: all rows are to be converted. */
  isEmpty: boolean;
}

/** As if it were a picture of its own. */
function convertBand(
  converter: SoftwareScaleContext,
  { data, linesize }: Frame,
  { planes, strides }: Opened,
  from: number,
  to: number,
): Promise<number> {
  const stride = linesize[0] ?? 0;
  const source = data?.[0]?.subarray(stride * from, stride * to);
  const target = planes.map((plane, index) => plane.subarray((strides[index] ?? 0) * (index === 0 ? from : from / 2)));
  return converter.scale(source ? [source] : [], [stride], 0, to - from, target, strides);
}

class H264Encoder implements VideoEncoder<Picture> {
  readonly #av: NodeAv;
  #settings: EncoderSettings;
  #opened: Opened | undefined;
  #lastTimeUs = 0;
  #debtKbit = 0;
  #busy: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(av: NodeAv, settings: EncoderSettings) {
    this.#av = av;
    this.#settings = settings;
  }

  encode(picture: Picture, options: { timeUs: number; forceKey: boolean }): Promise<EncodedFrame> {
    const encoded = this.#encode(picture, options).finally(() => picture.free());
    this.#busy = encoded.catch(() => {});
    return encoded;
  }

  adjust(settings: EncoderSettings): void {
    this.#settings = settings;
  }

  close(): void {
    this.#isClosed = true;
    // A thread may be encoding; what it works on is not freed under its hands.
    void this.#busy.then(() => this.#free());
  }

  async #encode(picture: Picture, { timeUs, forceKey }: { timeUs: number; forceKey: boolean }): Promise<EncodedFrame> {
    if (this.#isClosed) throw new Error("the encoder is closed");
    const { width, height } = picture;
    if (this.#opened?.width !== width || this.#opened.height !== height) {
      this.#free();
      this.#opened = await this.#open(width, height);
    }
    const opened = this.#opened as Opened;
    await this.#convert(picture, opened);
    this.#payDebt(timeUs);
    const quality = decideQuality(this.#settings, this.#debtKbit);
    this.#apply(opened.context, quality);
    const { yuv, context, packet } = opened;
    yuv.pts = BigInt(Math.round(timeUs));
    yuv.pictType = forceKey ? this.#av.AV_PICTURE_TYPE_I : this.#av.AV_PICTURE_TYPE_NONE;
    this.#check(await context.sendFrame(yuv), "the picture cannot be encoded");
    this.#check(context.receivePacketSync(packet), "the encoder gave nothing");
    const data = packet.data;
    if (!data) throw new Error("the encoder gave nothing");
    this.#debtKbit += debtOf(data.length);
    const frame = { data: new Uint8Array(data), isKey: packet.isKeyframe, timeUs, width, height, quality };
    packet.unref();
    return frame;
  }

  /** Only the rows that changed, if they are few: the rest is there from the frame before. */
  async #convert({ frame, changed }: Picture, opened: Opened): Promise<void> {
    const { width, height, yuv } = opened;
    const from = opened.isEmpty ? 0 : Math.floor(changed.from / BAND_ROWS) * BAND_ROWS;
    const to = opened.isEmpty ? height : Math.min(height, Math.ceil(changed.to / BAND_ROWS) * BAND_ROWS);
    if (to <= from) return;
    // Until it has succeeded nobody knows which rows are there.
    opened.isEmpty = true;
    const isBand = to - from <= height * BAND_SHARE;
    const converter = this.#converter(width, isBand ? to - from : height, opened);
    const converting = isBand ? convertBand(converter, frame, opened, from, to) : converter.scaleFrame(yuv, frame);
    this.#check(await converting, "the picture cannot be converted");
    opened.isEmpty = false;
  }

  /** One of each height. */
  #converter(width: number, rows: number, { converters }: Opened): SoftwareScaleContext {
    const known = converters.get(rows);
    if (known) return known;
    const converter = this.#openConverter(width, rows);
    converters.set(rows, converter);
    return converter;
  }

  /** x264 takes another quality and cap between two frames, and makes no key frame because of it. */
  #apply(context: CodecContext, quality: number): void {
    const { maxKbps, bufferKbit } = decideCap(this.#settings.kbps, NOMINAL_FPS);
    context.rcMaxRate = BigInt(maxKbps * 1_000);
    context.rcBufferSize = bufferKbit * 1_000;
    context.setOption("crf", quality);
  }

  /** Before each frame: the line has had the time since the one before. */
  #payDebt(timeUs: number): void {
    const sinceMs = (timeUs - this.#lastTimeUs) / 1_000;
    this.#lastTimeUs = timeUs;
    this.#debtKbit = payDebt(this.#debtKbit, { kbps: this.#settings.kbps, sinceMs });
  }

  async #open(width: number, height: number): Promise<Opened> {
    const av = this.#av;
    const { Codec, CodecContext, Dictionary, Frame, Packet, Rational, FF_ENCODER_LIBX264 } = av;
    const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = width;
    context.height = height;
    context.pixelFormat = av.AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, MICROSECONDS);
    context.framerate = new Rational(NOMINAL_FPS, 1);
    context.gopSize = ENDLESS_GOP;
    context.maxBFrames = 0;
    context.threadCount = THREADS;
    context.colorRange = av.AVCOL_RANGE_JPEG;
    context.colorSpace = av.AVCOL_SPC_SMPTE170M;
    context.colorPrimaries = av.AVCOL_PRI_BT709;
    context.colorTrc = av.AVCOL_TRC_IEC61966_2_1;
    this.#apply(context, this.#settings.quality);
    const options = Dictionary.fromObject({
      preset: "ultrafast",
      tune: "zerolatency",
      crf: this.#settings.quality,
      "forced-idr": 1,
      "x264-params": X264,
    });
    this.#check(await context.open2(codec, options), "the encoder does not start");
    options.free();
    const yuv = new Frame();
    yuv.alloc();
    yuv.width = width;
    yuv.height = height;
    yuv.format = av.AV_PIX_FMT_YUV420P;
    yuv.colorRange = av.AVCOL_RANGE_JPEG;
    this.#check(yuv.allocBuffer(), "there is no memory for a picture");
    const packet = new Packet();
    packet.alloc();
    const planes = yuv.data ?? [];
    const strides = yuv.linesize.slice(0, planes.length);
    return { width, height, context, yuv, planes, strides, packet, converters: new Map(), isEmpty: true };
  }

  /**
   * A colour is that of the four pixels that it stands for. Where it is that of one of them (point scaling, a millisecond
   * faster), a page that moves by an odd number of rows has other colours everywhere: six times the bytes.
   */
  #openConverter(width: number, rows: number): SoftwareScaleContext {
    const av = this.#av;
    const converter = new av.SoftwareScaleContext();
    converter.allocContext();
    for (const [name, value] of [
      ["srcw", width],
      ["srch", rows],
      ["src_format", av.AV_PIX_FMT_BGR0],
      ["dstw", width],
      ["dsth", rows],
      ["dst_format", av.AV_PIX_FMT_YUV420P],
      ["sws_flags", av.SWS_AREA],
      ["threads", THREADS],
      ["dst_range", 1],
    ] as const) {
      converter.setOption(name, value);
    }
    this.#check(converter.initContext(), "colours cannot be converted");
    return converter;
  }

  #free(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    if (!opened) return;
    opened.context.freeContext();
    opened.yuv.free();
    opened.packet.free();
    for (const converter of opened.converters.values()) converter.freeContext();
  }

  #check(status: number, what: string): void {
    if (status < 0) throw new Error(`${what}: FFmpeg says ${status}`);
  }
}
