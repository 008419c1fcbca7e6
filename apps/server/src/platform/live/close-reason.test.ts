import fc from "fast-check";
import { expect, test } from "vitest";
import { closeReason } from "./close-reason.ts";

test("R-21 a reason from a stranger always fits a close frame", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      expect(Buffer.byteLength(closeReason(text))).toBeLessThanOrEqual(123);
    }),
  );
  expect(closeReason("é".repeat(200))).toBe("é".repeat(60));
  expect(closeReason(`a${"é".repeat(200)}`)).toBe(`a${"é".repeat(59)}`);
});
