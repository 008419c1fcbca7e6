import fc from "fast-check";
import { expect, test } from "vitest";
import { packetizeH264, splitUnits } from "./packetize-h264.ts";

/** A unit without start codes inside, as an encoder's emulation prevention makes it, and with a bit set at its end. */
const unit = fc
  .uint8Array({ minLength: 1, maxLength: 5_000 })
  .map((bytes) => Uint8Array.from([0x65, ...bytes.map((byte) => byte | 2), 0x80]));
const MAX_BYTES = 100;

/** What a receiver does with payloads. */
function join(payloads: Buffer[]): Uint8Array[] {
  const units: number[][] = [];
  for (const payload of payloads) {
    expect(payload.length).toBeLessThanOrEqual(MAX_BYTES);
    const [first = 0, second = 0] = payload;
    if ((first & 0x1f) !== 28) {
      units.push([...payload]);
      continue;
    }
    if (second & 0x80) units.push([(first & 0xe0) | (second & 0x1f)]);
    units.at(-1)?.push(...payload.subarray(2));
  }
  return units.map((bytes) => Uint8Array.from(bytes));
}

test("the units of a frame arrive as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(unit, fc.boolean()), { minLength: 1, maxLength: 5 }), (units) => {
      const data = Uint8Array.from(units.flatMap(([bytes, long]) => [...(long ? [0] : []), 0, 0, 1, ...bytes]));
      const expected = units.map(([bytes]) => bytes);
      expect(splitUnits(data).map((bytes) => Uint8Array.from(bytes))).toEqual(expected);
      expect(join(packetizeH264(data, MAX_BYTES))).toEqual(expected);
    }),
  );
});

test("bytes that are no frame make no packet and never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      for (const payload of packetizeH264(data, MAX_BYTES)) expect(payload.length).toBeLessThanOrEqual(MAX_BYTES);
    }),
  );
  expect(packetizeH264(new Uint8Array(), MAX_BYTES)).toEqual([]);
});

test("a fragmented unit begins once, ends once, and its last packet is not a crumb", () => {
  const data = Uint8Array.from([0, 0, 0, 1, 0x65, ...new Array<number>(2 * (MAX_BYTES - 2) + 1).fill(7)]);
  const payloads = packetizeH264(data, MAX_BYTES);
  expect(payloads.map((payload) => (payload[1] ?? 0) & 0xc0)).toEqual([0x80, 0, 0x40]);
  expect(Math.min(...payloads.map(({ length }) => length))).toBeGreaterThan(MAX_BYTES / 2);
});
