/** A moving test picture as real H.264, made once: four known colours, and a bar that says that it moves. */
import { AV_PIX_FMT_YUV420P, AVCOL_RANGE_JPEG, AVCOL_SPC_SMPTE170M, FF_ENCODER_LIBX264 } from "node-av/constants";
import { Codec, CodecContext, Dictionary, FFmpegError, Frame, Packet, Rational } from "node-av/lib";

export const PICTURE = { width: 800, height: 600 } as const;
/** The quarters, row by row, in red, green and blue. */
export const COLOURS = [
  [200, 30, 30],
  [30, 170, 60],
  [40, 70, 210],
  [230, 220, 60],
] as const;
const FRAMES = 30;
const BAR = { width: 24, height: 40, y: 280 };

export interface AccessUnit {
  data: Buffer;
  isKey: boolean;
}

/** Access units in Annex B form; the first one stands by itself, so they can be shown again and again. */
export async function encodeTestPicture(): Promise<AccessUnit[]> {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
  const context = new CodecContext();
  context.allocContext3(codec);
  Object.assign(context, PICTURE);
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, FRAMES);
  context.framerate = new Rational(FRAMES, 1);
  context.gopSize = FRAMES * 2;
  context.maxBFrames = 0;
  context.colorRange = AVCOL_RANGE_JPEG;
  context.colorSpace = AVCOL_SPC_SMPTE170M;
  const options = Dictionary.fromObject({ preset: "ultrafast", tune: "zerolatency", profile: "baseline", crf: 18 });
  FFmpegError.throwIfError(await context.open2(codec, options), "open");
  const packet = new Packet();
  packet.alloc();
  const units: AccessUnit[] = [];
  for (let number = 0; number < FRAMES; number += 1) {
    const frame = Frame.fromVideoBuffer(paint(number), {
      ...PICTURE,
      format: AV_PIX_FMT_YUV420P,
      timeBase: { num: 1, den: FRAMES },
    });
    frame.pts = BigInt(number);
    FFmpegError.throwIfError(await context.sendFrame(frame), "send");
    FFmpegError.throwIfError(await context.receivePacket(packet), "receive");
    units.push({ data: Buffer.from(packet.data ?? []), isKey: packet.isKeyframe });
    packet.unref();
    frame.free();
  }
  return units;
}

type Colour = readonly [number, number, number];

/** Planar YUV 4:2:0 of the whole range: the bar over a picture that stays. */
function paint(number: number): Buffer {
  const pixels = Buffer.from(background());
  const left = 2 * Math.floor((number * (PICTURE.width - BAR.width)) / FRAMES / 2);
  fill(pixels, { ...BAR, x: left }, [255, 255, 255]);
  return pixels;
}

let painted: Buffer | undefined;

function background(): Buffer {
  if (painted) return painted;
  const { width, height } = PICTURE;
  painted = Buffer.alloc((width * height * 3) / 2);
  const half = { width: width / 2, height: height / 2 };
  COLOURS.forEach((colour, quarter) => {
    fill(painted as Buffer, { ...half, x: (quarter % 2) * half.width, y: (quarter >> 1) * half.height }, colour);
  });
  return painted;
}

/** Even numbers only: two by two pixels share their colour. */
function fill(pixels: Buffer, area: { x: number; y: number; width: number; height: number }, colour: Colour): void {
  const { width, height } = PICTURE;
  const [luma, blue, red] = toYuv(colour);
  const plane = (start: number, stride: number, shift: number, value: number) => {
    for (let y = area.y >> shift; y < (area.y + area.height) >> shift; y += 1) {
      const from = start + y * stride + (area.x >> shift);
      pixels.fill(value, from, from + (area.width >> shift));
    }
  };
  plane(0, width, 0, luma);
  plane(width * height, width / 2, 1, blue);
  plane((width * height * 5) / 4, width / 2, 1, red);
}

/** BT.601, whole range. */
function toYuv([red, green, blue]: Colour): [number, number, number] {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [luma, 128 + 0.564 * (blue - luma), 128 + 0.713 * (red - luma)].map(Math.round) as [number, number, number];
}
