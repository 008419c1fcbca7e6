import { expect, test } from "vitest";
import { CursorCache } from "./cursor-css.ts";

const shape = { id: 1, hot_x: 3, hot_y: 4, width: 16, height: 16, png: "aGVsbG8=" };

test("a shape is a cursor with its hot spot, also when it comes again without its picture", () => {
  const cache = new CursorCache();
  const css = 'url("data:image/png;base64,aGVsbG8=") 3 4, default';
  expect(cache.css(shape)).toBe(css);
  const { png: _, ...again } = shape;
  expect(cache.css(again)).toBe(css);
  expect(cache.css(null)).toBe("none");
});

test("a hot spot beside the picture is moved into it", () => {
  expect(new CursorCache().css({ ...shape, hot_x: -5, hot_y: 99 })).toMatch(/ 0 15, default$/);
});

test.each([
  ["an unknown shape", { ...shape, png: undefined }],
  ["what is no picture", { ...shape, png: '") , url(https://elsewhere.example/' }],
  ["one that is too large for browsers", { ...shape, width: 256 }],
])("%s is an arrow", (_, given) => {
  expect(new CursorCache().css(given as typeof shape)).toBe("default");
});

test("pictures do not pile up for ever", () => {
  const cache = new CursorCache();
  for (let id = 1; id <= 100; id += 1) cache.css({ ...shape, id });
  const { png: _, ...first } = shape;
  expect(cache.css(first)).toBe("default");
  expect(cache.css({ ...first, id: 100 })).toMatch(/^url/);
});
