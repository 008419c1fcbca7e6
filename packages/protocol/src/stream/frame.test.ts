import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeFrame, encodeFrame, FRAME_HEADER_BYTES, FrameKind } from "./frame.ts";

const anyFrame = fc.record({
  kind: fc.constantFrom(...Object.values(FrameKind)),
  epoch: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  offset: fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1)),
  payload: fc.uint8Array({ maxLength: 300 }),
});

test("the layout is the one that is drawn", () => {
  const frame = encodeFrame({ kind: FrameKind.output, epoch: 7, offset: 2 ** 32 + 1, payload: new Uint8Array([0xff]) });
  const hex = ["01", "02", "0000", "00000007", "0000000100000001", "ff"].join("");
  expect(Buffer.from(frame).toString("hex")).toBe(hex);
});

test("decoding undoes encoding", () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    }),
  );
});

test("a payload is a view into the frame, not a copy", () => {
  const bytes = encodeFrame({ kind: FrameKind.input, epoch: 1, offset: 0, payload: new Uint8Array([1, 2, 3]) });
  expect(decodeFrame(bytes)?.payload.buffer).toBe(bytes.buffer);
});

test("bytes from a stranger never throw, and what is read encodes to the same bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
      const frame = decodeFrame(noise);
      if (frame) expect(encodeFrame(frame)).toEqual(noise);
    }),
  );
});

test.each([
  ["a short header", new Uint8Array(FRAME_HEADER_BYTES - 1)],
  ["another version", Uint8Array.from([2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ["an unknown kind", Uint8Array.from([1, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ["reserved bits", Uint8Array.from([1, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ["an offset beyond 2^53", Uint8Array.from([1, 2, 0, 0, 0, 0, 0, 0, 0x00, 0x20, 0, 0, 0, 0, 0, 0])],
])("%s is refused", (_, bytes) => {
  expect(decodeFrame(bytes)).toBeUndefined();
});

test.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])("offset %s cannot be sent", (offset) => {
  expect(() => encodeFrame({ kind: FrameKind.ack, epoch: 1, offset })).toThrow(RangeError);
});
