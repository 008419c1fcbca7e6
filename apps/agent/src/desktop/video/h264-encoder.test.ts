import { afterEach, expect, test } from "vitest";
import { loadNodeAv } from "../load-node-av.ts";
import type { Picture } from "../screen/picture.ts";
import { splitUnits } from "../transport/packetize-h264.ts";
import { openH264Encoder } from "./h264-encoder.ts";
import type { EncodedFrame } from "./video-encoder.ts";

const SETTINGS = { kbps: 20_000, quality: 18 };
const WIDTH = 320;
const HEIGHT = 240;
const KEY_UNIT = 5;
const PARAMETERS_UNIT = 7;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function start(settings = SETTINGS) {
  const encoder = await openH264Encoder(settings);
  cleanups.push(() => encoder.close());
  let timeUs = 0;
  const encode = (picture: Picture, forceKey = false, sinceUs = 33_333) => {
    timeUs += sinceUs;
    return encoder.encode(picture, { timeUs, forceKey });
  };
  return { encoder, encode };
}

type Colour = readonly [red: number, green: number, blue: number];

/** Noise, as text is for an encoder, under a band of one colour. */
async function picture(
  colour: Colour,
  {
    width = WIDTH,
    height = HEIGHT,
    changed,
    noise = 1,
  }: Partial<Pick<Picture, "width" | "height" | "changed">> & {
    noise?: number;
  } = {},
): Promise<Picture & { isFree: () => boolean }> {
  const bgr0 = Buffer.alloc(width * height * 4);
  let random = noise;
  for (let pixel = 0; pixel < width * height; pixel++) {
    random = (random * 16_807) % 2_147_483_647;
    const [red, green, blue] = pixel < (width * height) / 2 ? colour : [random & 255, random & 255, random & 255];
    bgr0.set([blue, green, red, 0], pixel * 4);
  }
  const av = await loadNodeAv();
  const frame = av.Frame.fromVideoBuffer(bgr0, { width, height, format: av.AV_PIX_FMT_BGR0 });
  let isFree = false;
  const free = () => {
    isFree = true;
    frame.free();
    // The frame lies in this memory, and does not keep it.
    bgr0.fill(0);
  };
  return {
    width,
    height,
    frame,
    changed: changed ?? { from: 0, to: height },
    free,
    isFree: () => isFree,
  };
}

/** What a viewer's decoder makes of frames: the colour at the top left of the last one. */
async function decode(frames: readonly EncodedFrame[]): Promise<{ width: number; height: number; colour: number[] }> {
  const av = await loadNodeAv();
  const context = new av.CodecContext();
  context.allocContext3(av.Codec.findDecoder(av.AV_CODEC_ID_H264));
  expect(await context.open2()).toBe(0);
  const frame = new av.Frame();
  frame.alloc();
  const packet = new av.Packet();
  packet.alloc();
  let decoded: { width: number; height: number; colour: number[] } | undefined;
  const receive = async () => {
    while ((await context.receiveFrame(frame)) >= 0) {
      const [y = 0, cb = 0, cr = 0] = (frame.data ?? []).map((plane) => plane[0]);
      expect(frame.colorRange).toBe(av.AVCOL_RANGE_JPEG);
      // Full-range BT.601, as the stream says that it is.
      const colour = [y + 1.402 * (cr - 128), y - 0.344 * (cb - 128) - 0.714 * (cr - 128), y + 1.772 * (cb - 128)].map(
        (channel) => Math.round(Math.max(0, Math.min(255, channel))),
      );
      decoded = { width: frame.width, height: frame.height, colour };
    }
  };
  for (const { data } of frames) {
    packet.data = Buffer.from(data);
    expect(await context.sendPacket(packet)).toBe(0);
    await receive();
  }
  await context.sendPacket(null);
  await receive();
  context.freeContext();
  if (!decoded) throw new Error("nothing was decoded");
  return decoded;
}

const unitTypes = ({ data }: EncodedFrame): number[] => splitUnits(data).map((unit) => (unit[0] ?? 0) & 31);

test("colours arrive as they were, the darkest and the brightest too", async () => {
  for (const colour of [
    [0, 0, 0],
    [255, 255, 255],
    [200, 30, 30],
    [20, 160, 60],
    [40, 60, 220],
  ] as const) {
    const { encode } = await start();
    const { colour: decoded } = await decode([await encode(await picture(colour))]);
    const errors = decoded.map((channel, index) => Math.abs(channel - (colour[index] ?? 0)));
    expect(Math.max(...errors)).toBeLessThanOrEqual(6);
  }
});

test("the first frame stands by itself, the following ones do not unless they are asked to", async () => {
  const { encode } = await start();
  const first = await encode(await picture([10, 20, 30]));
  const second = await encode(await picture([30, 20, 10]));
  const third = await encode(await picture([30, 20, 10]), true);
  expect([first, second, third].map(({ isKey }) => isKey)).toEqual([true, false, true]);
  for (const key of [first, third]) expect(unitTypes(key)).toEqual(expect.arrayContaining([PARAMETERS_UNIT, KEY_UNIT]));
  expect(unitTypes(second)).not.toContain(KEY_UNIT);
  expect(first).toMatchObject({ width: WIDTH, height: HEIGHT });
});

test("another quality and rate take effect with the next frame, and make no key frame", async () => {
  const { encoder, encode } = await start({ ...SETTINGS, quality: 40 });
  await encode(await picture([10, 20, 30]));
  const coarse = await encode(await picture([10, 20, 30], { noise: 2 }));
  encoder.adjust({ ...SETTINGS, quality: 12 });
  const fine = await encode(await picture([10, 20, 30], { noise: 3 }));
  encoder.adjust({ ...SETTINGS, kbps: 200, quality: 12 });
  const capped = await encode(await picture([10, 20, 30], { noise: 4 }));
  expect([coarse, fine, capped].some(({ isKey }) => isKey)).toBe(false);
  expect(fine.data.length).toBeGreaterThan(coarse.data.length * 2);
  expect(capped.data.length).toBeLessThan(fine.data.length / 2);
});

test("a frame is coarser while the line has the one before to do, and as good as asked for after a pause", async () => {
  const { encode } = await start({ kbps: 1_000, quality: 18 });
  await encode(await picture([10, 20, 30]));
  expect((await encode(await picture([10, 20, 30], { noise: 2 }))).quality).toBeGreaterThan(18);
  expect((await encode(await picture([10, 20, 30], { noise: 3 }), false, 5_000_000)).quality).toBe(18);
});

test("rows that did not change are taken from the picture before", async () => {
  const { encode } = await start();
  const frames = [await encode(await picture([250, 0, 0]))];
  // Only rows at the bottom are said to have changed: the red above stays, whatever the memory holds.
  frames.push(await encode(await picture([0, 0, 250], { changed: { from: 200, to: HEIGHT }, noise: 9 })));
  expect((await decode(frames)).colour[0]).toBeGreaterThan(200);
  frames.push(await encode(await picture([0, 0, 250], { changed: { from: 0, to: 10 } })));
  expect((await decode(frames)).colour[2]).toBeGreaterThan(200);
});

test("another size begins anew, and every picture is freed", async () => {
  const { encode } = await start();
  const small = await picture([1, 2, 3]);
  await encode(small);
  const large = await picture([200, 30, 30], { width: 640, height: 362 });
  const frame = await encode(large);
  expect(frame).toMatchObject({ isKey: true, width: 640, height: 362 });
  expect(await decode([frame])).toMatchObject({ width: 640, height: 362 });
  expect([small.isFree(), large.isFree()]).toEqual([true, true]);
});

test("after it is closed it encodes nothing, and frees what it is given", async () => {
  const { encoder, encode } = await start();
  await encode(await picture([1, 2, 3]));
  encoder.close();
  const late = await picture([1, 2, 3]);
  await expect(encode(late)).rejects.toThrow("closed");
  expect(late.isFree()).toBe(true);
});
