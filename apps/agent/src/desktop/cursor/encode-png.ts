/** A PNG of a small picture: what a browser takes for a pointer (PNG, third edition, sections 5 and 11). */
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BYTES_PER_PIXEL = 4;
const BITS_PER_CHANNEL = 8;
const COLOUR_AND_ALPHA = 6;

/** @param rgba not premultiplied, row by row, without gaps */
export function encodePng({ width, height, rgba }: { width: number; height: number; rgba: Uint8Array }): Buffer {
  if (rgba.length !== width * height * BYTES_PER_PIXEL || rgba.length === 0) {
    throw new Error("invariant: a picture has four bytes for each of its pixels");
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = BITS_PER_CHANNEL;
  header[9] = COLOUR_AND_ALPHA;
  const row = width * BYTES_PER_PIXEL;
  // Each row says with its first byte how it was filtered: not at all.
  const rows = Buffer.alloc((row + 1) * height);
  for (let y = 0; y < height; y++) rows.set(rgba.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
