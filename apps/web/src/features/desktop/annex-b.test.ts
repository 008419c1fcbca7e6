import { expect, test } from "vitest";
import { codecOf } from "./annex-b.ts";

const SPS = [0x67, 0x42, 0xc0, 0x1f, 0xda];

test.each([
  ["a long start code", [0, 0, 0, 1, ...SPS], "avc1.42c01f"],
  ["a short start code", [0, 0, 1, ...SPS], "avc1.42c01f"],
  ["a delimiter and an SEI before it", [0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 6, 5, 1, 0, 0, 0, 1, ...SPS], "avc1.42c01f"],
  ["High, level 4.0", [0, 0, 0, 1, 0x67, 0x64, 0x00, 0x28, 1], "avc1.640028"],
])("the codec is read behind %s", (_, bytes, codec) => {
  expect(codecOf(new Uint8Array(bytes))).toBe(codec);
});

test.each([
  ["a frame without parameters", [0, 0, 0, 1, 0x41, 0x9a, 1, 2, 3, 4]],
  ["nothing", []],
  ["a set that is cut off", [0, 0, 1, 0x67, 0x42]],
])("%s has none", (_, bytes) => {
  expect(codecOf(new Uint8Array(bytes))).toBeUndefined();
});
