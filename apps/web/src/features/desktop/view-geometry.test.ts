import fc from "fast-check";
import { expect, test } from "vitest";
import { pixelAt, placePicture } from "./view-geometry.ts";

const side = fc.integer({ min: 1, max: 8_000 });
const size = fc.record({ width: side, height: side });
const ratio = fc.constantFrom(1, 1.25, 1.5, 2, 3);

test("a picture that fits is whole, as large as it can be, and in the middle", () => {
  fc.assert(
    fc.property(size, size, ratio, (picture, room, pixelRatio) => {
      const { width, height, left, top } = placePicture(picture, room, "fit", pixelRatio);
      const slack = 1 / pixelRatio;
      expect(width).toBeLessThanOrEqual(room.width + slack);
      expect(height).toBeLessThanOrEqual(room.height + slack);
      expect(Math.abs(2 * left + width - room.width)).toBeLessThanOrEqual(2 * slack + 1e-6);
      expect(Math.abs(2 * top + height - room.height)).toBeLessThanOrEqual(2 * slack + 1e-6);
      const used = Math.max(width / room.width, height / room.height);
      expect(used).toBeGreaterThan(0.97 - slack / Math.min(room.width, room.height) - 1e-6);
    }),
  );
});

test("at its actual size a pixel of the machine is a pixel of the screen", () => {
  fc.assert(
    fc.property(size, size, ratio, (picture, room, pixelRatio) => {
      const placed = placePicture(picture, room, "actual", pixelRatio);
      expect(placed.width * pixelRatio).toBeCloseTo(picture.width);
      expect((placed.left * pixelRatio) % 1).toBeCloseTo(0);
      expect(placed.isExact).toBe(true);
    }),
  );
});

test("a window that is nearly as large as the picture does not blur it", () => {
  expect(placePicture({ width: 1000, height: 600 }, { width: 1010, height: 612 }, "fit", 1)).toMatchObject({
    scale: 1,
    isExact: true,
    left: 5,
    top: 6,
  });
});

test("every pixel can be pointed at, and no other", () => {
  fc.assert(
    fc.property(size, size, ratio, fc.double({ min: -1, max: 2, noNaN: true }), (picture, room, pixelRatio, part) => {
      const frame = placePicture(picture, room, "fit", pixelRatio);
      const { x, y } = pixelAt(
        { x: frame.left + part * frame.width, y: frame.top + part * frame.height },
        frame,
        picture,
      );
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThan(picture.width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThan(picture.height);
    }),
  );
  const frame = { left: 10, top: 20, width: 200, height: 100 };
  const picture = { width: 400, height: 200 };
  expect(pixelAt({ x: 10, y: 20 }, frame, picture)).toEqual({ x: 0, y: 0 });
  expect(pixelAt({ x: 209.9, y: 119.9 }, frame, picture)).toEqual({ x: 399, y: 199 });
  expect(pixelAt({ x: 110, y: 70 }, frame, picture)).toEqual({ x: 200, y: 100 });
});
