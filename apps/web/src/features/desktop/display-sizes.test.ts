import { expect, test } from "vitest";
import { closestSize } from "./display-sizes.ts";

const SIZES = [
  { width: 1920, height: 1080 },
  { width: 1024, height: 768 },
  { width: 1280, height: 720 },
];

test.each([
  ["the largest that fits", { width: 1500, height: 900 }, SIZES[2]],
  ["the exact one", { width: 1920, height: 1080 }, SIZES[0]],
  ["the smallest where none fits", { width: 390, height: 700 }, SIZES[1]],
])("%s", (_, room, size) => expect(closestSize(SIZES, room)).toEqual(size));

test("no size is no answer", () => expect(closestSize([], { width: 1, height: 1 })).toBeUndefined());
