import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodePng } from "./encode-png.ts";

/** Reads it as the specification has it, and nothing else. */
function decode(png: Buffer): { width: number; height: number; rgba: number[] } {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.set(png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const header = chunks.get("IHDR") ?? Buffer.alloc(13);
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  expect([...header.subarray(8)]).toEqual([8, 6, 0, 0, 0]);
  const rows = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  const rgba: number[] = [];
  for (let y = 0; y < height; y++) {
    const row = rows.subarray(y * (width * 4 + 1), (y + 1) * (width * 4 + 1));
    expect(row[0]).toBe(0);
    rgba.push(...row.subarray(1));
  }
  return { width, height, rgba };
}

test("the pixels of a pointer are in its PNG", () => {
  const picture = fc
    .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) })
    .chain(({ width, height }) =>
      fc
        .uint8Array({ minLength: width * height * 4, maxLength: width * height * 4 })
        .map((rgba) => ({ width, height, rgba })),
    );
  fc.assert(
    fc.property(picture, ({ width, height, rgba }) => {
      expect(decode(encodePng({ width, height, rgba }))).toEqual({ width, height, rgba: [...rgba] });
    }),
  );
});

test("it begins and ends with the bytes that every PNG begins and ends with", () => {
  const png = encodePng({ width: 1, height: 1, rgba: Uint8Array.of(255, 0, 0, 255) });
  expect(png.subarray(0, 16).toString("hex")).toBe("89504e470d0a1a0a0000000d49484452");
  // The checksum of a red pixel's header, and that of the end, as other programs write them.
  expect(png.subarray(29, 33).toString("hex")).toBe("1f15c489");
  expect(png.subarray(-12).toString("hex")).toBe("0000000049454e44ae426082");
});

test("a picture with bytes that are missing is not encoded", () => {
  expect(() => encodePng({ width: 2, height: 2, rgba: new Uint8Array(15) })).toThrow("four bytes");
});
