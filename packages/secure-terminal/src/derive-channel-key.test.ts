import { expect, test } from "vitest";
import { deriveChannelKey } from "./derive-channel-key.ts";

test("a channel's key is 64 hex characters, the same for the same parts", () => {
  expect(deriveChannelKey("machine key", "label", "part")).toMatch(/^[0-9a-f]{64}$/);
  expect(deriveChannelKey("machine key", "label", "part")).toBe(deriveChannelKey("machine key", "label", "part"));
});

test("keys differ when anything differs, also where only the border between parts moves", () => {
  const keys = [
    deriveChannelKey("k", "label", "a", "bc"),
    deriveChannelKey("k", "label", "ab", "c"),
    deriveChannelKey("k", "label", "abc"),
    deriveChannelKey("k", "label", 'a","bc'),
    deriveChannelKey("k", "label a", "bc"),
    deriveChannelKey("other", "label", "a", "bc"),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});
