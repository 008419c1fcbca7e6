import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeCookieFile, findCookie } from "./xauthority.ts";

/** One entry as `xauth` writes it. */
function entry(family: number, ...fields: string[]): Buffer {
  const parts = fields.map((text) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text, "latin1")]));
  return Buffer.concat([Buffer.from([family >> 8, family & 0xff]), ...parts]);
}
const NAME = "MIT-MAGIC-COOKIE-1";
const local = (address: string, display: string, data: string) => entry(256, address, display, NAME, data);

test("a cookie that is written is found again, for its display only", () => {
  fc.assert(
    fc.property(fc.nat({ max: 65_535 }), fc.uint8Array({ minLength: 16, maxLength: 16 }), (display, cookie) => {
      const file = encodeCookieFile(display, Buffer.from(cookie));
      expect(findCookie(file, display, "any")).toEqual({ name: NAME, data: Buffer.from(cookie).toString("latin1") });
      expect(findCookie(file, display + 1, "any")).toBeUndefined();
    }),
  );
});

test("the entry of this machine's name comes first, then one for any, then one of a former name", () => {
  const former = local("old-name", "0", "former");
  const wild = entry(65_535, "", "", NAME, "wild");
  const own = local("desk", "0", "own");
  const dataOf = (...entries: Buffer[]) => findCookie(Buffer.concat(entries), 0, "desk")?.data;
  expect(dataOf(former, wild, own)).toBe("own");
  expect(dataOf(former, wild)).toBe("wild");
  expect(dataOf(former)).toBe("former");
  expect(dataOf(local("desk", "1", "other display"))).toBeUndefined();
  expect(dataOf(entry(256, "desk", "0", "XDM-AUTHORIZATION-1", "other kind"))).toBeUndefined();
});

test("any bytes are read without an error, up to where they make no sense", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void findCookie(Buffer.from(bytes), 0, "desk")));
  const damaged = Buffer.concat([local("desk", "0", "whole"), local("desk", "0", "half").subarray(0, 9)]);
  expect(findCookie(damaged, 0, "desk")?.data).toBe("whole");
});
