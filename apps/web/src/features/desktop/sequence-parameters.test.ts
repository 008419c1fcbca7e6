import fc from "fast-check";
import { expect, test } from "vitest";
import { sequenceParametersOf } from "./sequence-parameters.ts";

const SPS = [0x67, 0x42, 0xc0, 0x1f, 0xda];
const codecOf = (bytes: readonly number[]) => sequenceParametersOf(new Uint8Array(bytes))?.codec;
const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

test.each([
  ["a long start code", [0, 0, 0, 1, ...SPS], "avc1.42c01f"],
  ["a short start code", [0, 0, 1, ...SPS], "avc1.42c01f"],
  ["a delimiter and an SEI before it", [0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 6, 5, 1, 0, 0, 0, 1, ...SPS], "avc1.42c01f"],
  ["High, level 4.0", [0, 0, 0, 1, 0x67, 0x64, 0x00, 0x28, 1], "avc1.640028"],
])("the codec is read behind %s", (_, bytes, codec) => {
  expect(codecOf(bytes)).toBe(codec);
});

test.each([
  ["a frame without parameters", [0, 0, 0, 1, 0x41, 0x9a, 1, 2, 3, 4]],
  ["nothing", []],
  ["a set that is cut off", [0, 0, 1, 0x67, 0x42]],
])("%s has none", (_, bytes) => {
  expect(codecOf(bytes)).toBeUndefined();
});

test("libx264's colours: the whole range, and the matrix of old television", () => {
  const unit = hex("000000016742c01fda03204df966e04040c8000003000800000301e478c1950000000168ce023c80");
  expect(sequenceParametersOf(unit)).toEqual({
    codec: "avc1.42c01f",
    colorSpace: { fullRange: true, primaries: null, transfer: null, matrix: "smpte170m" },
  });
});

test("a set that says nothing of colours leaves them to the decoder", () => {
  // Baseline 3.0, 320 × 240, without usability information.
  expect(sequenceParametersOf(hex("00000001674 2c01ef4 0a0fc8".replaceAll(" ", "")))?.colorSpace).toBeUndefined();
});

test("whatever a stranger writes there is read in no time and never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
      sequenceParametersOf(new Uint8Array([0, 0, 1, 0x67, ...rest]));
    }),
    { numRuns: 1_000 },
  );
});
