import { isIP } from "node:net";
import { AppError } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTarget } from "./target.ts";

test.each([
  ["8.8.8.8", "ipv4"],
  ["2001:db8::1", "ipv6"],
  ["::ffff:127.0.0.1", "ipv6"],
  ["google.com", "name"],
  ["api.internal.com", "name"],
  ["xn--bcher-kva.example", "name"],
  ["localhost", "name"],
  ["DB-1", "name"],
  ["3com", "name"],
  [`${"a".repeat(63)}.example`, "name"],
])("%s is a host to every tool", (text, kind) => {
  expect(parseTarget(text)).toEqual({ kind, text });
});

test.each([
  "0x7f.1",
  "0x7f000001",
  "2130706433",
  "017700000001",
  "0177.0.0.1",
  "127.1",
  "127.0.0.01",
  "127.0.0.0x1",
  "127.0.0.1.",
  "256.1.1.1",
  "1.2.3.4.5",
  "10.0.0.1-254",
  "10.0.0-9.1",
  "10.0.0.*",
  "10.0.0.0/8",
  "fe80::1%eth0",
  "2001:DB8::1",
  "0:0:0:0:0:0:0:1",
  "[::1]",
  "::ffff:7f00:1",
  "-oX",
  "a-.b",
  "a..b",
  ".a",
  "a.",
  "a_b",
  "a b",
  "a\0",
  "",
  "a".repeat(64),
  `${"a.".repeat(126)}ab`,
  "user@host",
  "host:22",
  "http://host",
  "１２７.0.0.1",
  "bücher.example",
])("R-25 %j could mean something else to some tool, and is refused in words", (text) => {
  expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
});

test("R-25 whatever is accepted is one word of letters, digits, hyphens, dots and colons, and no number in disguise", () => {
  const near = fc.stringMatching(/^[0-9a-fx.:%*/,-]{1,20}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), near, fc.domain(), fc.ipV4Extended(), fc.ipV6()), (text) => {
      try {
        const target = parseTarget(text);
        expect(target.text).toBe(text);
        expect(text).toMatch(/^[a-z0-9:][a-z0-9:.-]*$/i);
        if (target.kind === "name") {
          // A name, and no address in disguise, to whoever reads addresses the most widely (WHATWG URL).
          expect(isIP(text)).toBe(0);
          expect(new URL(`http://${text}`).hostname).toBe(text.toLowerCase());
          expect(text.split(".").at(-1)).toMatch(/[a-z]/i);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("every name of the DNS and every canonical address is accepted", () => {
  const kindOf = (text: string) => parseTarget(text).kind;
  fc.assert(fc.property(fc.domain(), (text) => kindOf(text) === "name"));
  fc.assert(fc.property(fc.ipV4(), (text) => kindOf(text) === "ipv4"));
});
