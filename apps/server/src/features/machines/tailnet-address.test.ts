import fc from "fast-check";
import { expect, test } from "vitest";
import { tailnetAddress } from "./tailnet-address.ts";

test("RS-045 the first machine is 100.64.0.1, the last is the end of 100.64.0.0/10", () => {
  expect(tailnetAddress(1)).toBe("100.64.0.1");
  expect(tailnetAddress(256)).toBe("100.64.1.0");
  expect(tailnetAddress(4_194_302)).toBe("100.127.255.254");
});

test("no two hosts share an address, and none is outside the range", () => {
  const host = fc.integer({ min: 1, max: 4_194_302 });
  fc.assert(
    fc.property(host, host, (a, b) => {
      expect(tailnetAddress(a) === tailnetAddress(b)).toBe(a === b);
      const [first, second] = tailnetAddress(a).split(".").map(Number);
      expect(first).toBe(100);
      expect(second).toBeGreaterThanOrEqual(64);
      expect(second).toBeLessThanOrEqual(127);
    }),
  );
});
