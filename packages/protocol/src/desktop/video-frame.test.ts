import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeDesktopFrame, encodeDesktopMessage, encodeVideoFrame } from "./video-frame.ts";

test("what is encoded is decoded", () => {
  fc.assert(
    fc.property(
      fc.record({
        isKey: fc.boolean(),
        number: fc.integer({ min: 0, max: 0xffff_ffff }),
        timeUs: fc.maxSafeNat(),
        width: fc.integer({ min: 0, max: 0xffff }),
        height: fc.integer({ min: 0, max: 0xffff }),
        data: fc.uint8Array({ minLength: 1 }),
      }),
      (frame) => {
        expect(decodeDesktopFrame(encodeVideoFrame(frame))).toEqual({ kind: "video", frame });
      },
    ),
  );
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(decodeDesktopFrame(encodeDesktopMessage(json))).toEqual({ kind: "message", json });
    }),
  );
});

test("anything else is refused and never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const decoded = decodeDesktopFrame(bytes);
      if (bytes[0] !== 1 && bytes[0] !== 2) expect(decoded).toBeUndefined();
    }),
  );
});
