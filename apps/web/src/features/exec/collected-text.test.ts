import { expect, test } from "vitest";
import { CollectedText, KEPT_CHARS } from "./collected-text.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("a character that comes in two pieces is whole", () => {
  const collected = new CollectedText();
  const bytes = bytesOf("a€b");
  collected.feed(bytes.subarray(0, 2));
  collected.feed(bytes.subarray(2));
  expect(collected.text).toBe("a€b");
  expect(collected.isCut).toBe(false);
});

test("the beginning is kept, and that there was more is known", () => {
  const collected = new CollectedText();
  collected.feed(bytesOf("x".repeat(KEPT_CHARS)));
  expect(collected.isCut).toBe(false);
  collected.feed(bytesOf("y"));
  collected.feed(bytesOf("z"));
  expect(collected.isCut).toBe(true);
  expect(collected.text).toBe("x".repeat(KEPT_CHARS));
});
