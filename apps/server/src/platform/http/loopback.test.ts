import { expect, test } from "vitest";
import { isLoopback } from "./loopback.ts";

test.each(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])("%s is of this machine", (address) => {
  expect(isLoopback(address)).toBe(true);
});

test.each([undefined, "", "10.0.0.1", "::", "::ffff:10.0.0.1", "fe80::1%lo", "localhost"])("%s is not", (address) => {
  expect(isLoopback(address)).toBe(false);
});
