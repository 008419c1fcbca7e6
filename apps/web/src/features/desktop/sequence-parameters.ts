/**
 * The little that a viewer must know of H.264 in Annex B form: its sequence parameter set (ITU-T H.264, 7.3.2.1.1) says
 * which decoder it needs and what its numbers are as colours. Browsers' decoders take the second from whoever opens them.
 * A stranger writes it, so nothing here trusts a length.
 */
import { BitReader } from "./bit-reader.ts";

const SPS = 7;

export interface SequenceParameters {
  /** For `VideoDecoderConfig`, as `avc1.42c01f` (RFC 6381): profile, constraints and level. */
  codec: string;
  /** What is said of the colours; undefined where nothing is. */
  colorSpace: VideoColorSpaceInit | undefined;
}

/** Of an access unit that begins a stream; undefined for every frame that needs earlier ones. */
export function sequenceParametersOf(accessUnit: Uint8Array): SequenceParameters | undefined {
  const unit = findUnit(accessUnit, SPS);
  if (!unit || unit.length < 4) return undefined;
  const codec = `avc1.${[...unit.subarray(1, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  return { codec, colorSpace: readColours(new BitReader(withoutStuffing(unit.subarray(1)))) };
}

/** The unit behind a start code, with its header byte. */
function findUnit(bytes: Uint8Array, type: number): Uint8Array | undefined {
  let from: number | undefined;
  for (let at = 0; at + 2 < bytes.length; at += 1) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1) continue;
    if (from !== undefined) return bytes.subarray(from, at);
    if (((bytes[at + 3] ?? 0) & 0x1f) === type) from = at + 3;
  }
  return from === undefined ? undefined : bytes.subarray(from);
}

/** Without the bytes that keep a start code from appearing inside. */
function withoutStuffing(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => !(byte === 3 && bytes[at - 1] === 0 && bytes[at - 2] === 0));
}

/** Profiles that say more about their pictures than 4:2:0 of 8 bits. */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128]);
const MOST_CYCLE_FRAMES = 255;

function readColours(bits: BitReader): VideoColorSpaceInit | undefined {
  const profile = bits.take(8);
  bits.skip(16);
  bits.golomb();
  if (HIGH_PROFILES.has(profile)) skipHighProfile(bits);
  bits.golomb();
  skipPictureOrder(bits);
  bits.golomb();
  bits.skip(1);
  bits.golomb();
  bits.golomb();
  // Fields instead of frames have one flag more.
  if (bits.take(1) === 0) bits.skip(1);
  bits.skip(1);
  if (bits.take(1) === 1) for (let side = 0; side < 4; side += 1) bits.golomb();
  return bits.take(1) === 1 ? readUsability(bits) : undefined;
}

function skipHighProfile(bits: BitReader): void {
  const chroma = bits.golomb();
  if (chroma === 3) bits.skip(1);
  bits.golomb();
  bits.golomb();
  bits.skip(1);
  if (bits.take(1) === 0) return;
  for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1) {
    if (bits.take(1) === 1) skipScaling(bits, list < 6 ? 16 : 64);
  }
}

function skipScaling(bits: BitReader, size: number): void {
  let next = 8;
  for (let at = 0, last = 8; at < size && next !== 0; at += 1) {
    next = (last + bits.signedGolomb() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function skipPictureOrder(bits: BitReader): void {
  const kind = bits.golomb();
  if (kind === 0) bits.golomb();
  if (kind !== 1) return;
  bits.skip(1);
  bits.golomb();
  bits.golomb();
  const frames = Math.min(MOST_CYCLE_FRAMES, bits.golomb());
  for (let frame = 0; frame < frames; frame += 1) bits.golomb();
}

const EXTENDED_RATIO = 255;

/** The beginning of the "video usability information" (annex E). */
function readUsability(bits: BitReader): VideoColorSpaceInit | undefined {
  if (bits.take(1) === 1 && bits.take(8) === EXTENDED_RATIO) bits.skip(32);
  if (bits.take(1) === 1) bits.skip(1);
  if (bits.take(1) === 0) return undefined;
  bits.skip(3);
  const fullRange = bits.take(1) === 1;
  const isDescribed = bits.take(1) === 1;
  const [primaries, transfer, matrix] = isDescribed ? [bits.take(8), bits.take(8), bits.take(8)] : [2, 2, 2];
  if (bits.isOver) return undefined;
  return {
    fullRange,
    primaries: PRIMARIES[primaries] ?? null,
    transfer: TRANSFERS[transfer] ?? null,
    matrix: MATRICES[matrix] ?? null,
  };
}

/** Tables E-3 to E-5, as WebCodecs names what is in them. */
const PRIMARIES: Record<number, VideoColorPrimaries> = { 1: "bt709", 5: "bt470bg", 6: "smpte170m" };
const TRANSFERS: Record<number, VideoTransferCharacteristics> = { 1: "bt709", 6: "smpte170m", 13: "iec61966-2-1" };
const MATRICES: Record<number, VideoMatrixCoefficients> = { 0: "rgb", 1: "bt709", 5: "bt470bg", 6: "smpte170m" };
