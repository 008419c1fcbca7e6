import { Name, TAG_CHARS } from "@sallyport/protocol";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import type { Subnet } from "../../platform/subnet.ts";
import { parseSelector } from "./rule-selector.ts";

const subnetOf = (text: string): Subnet => {
  const selector = parseSelector(text);
  if (selector?.kind !== "subnet") throw new Error(`${text} is no subnet`);
  return selector.range;
};
const written = (text: string) => {
  const [address, bits] = subnetOf(text);
  return `${address.toString()}/${bits}`;
};

describe("RD-071 what a rule can be about", () => {
  test.each([
    ["*", { kind: "any" }],
    [" * ", { kind: "any" }],
    ["Win-A", { kind: "name", name: "win-a" }],
    ["tag:web", { kind: "tag", tag: "web" }],
    ["TAG:Web", { kind: "tag", tag: "web" }],
    ["web/24", { kind: "name", name: "web/24" }],
    ["Ubuntu 22.04", { kind: "name", name: "ubuntu 22.04" }],
    ["12345", { kind: "name", name: "12345" }],
  ])("%j", (text, selector) => expect(parseSelector(text)).toEqual(selector));

  test.each([
    ["100.64.0.1", "100.64.0.1/32"],
    ["100.64.0.0/10", "100.64.0.0/10"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["fd00::1", "fd00::1/128"],
    ["fd00::/8", "fd00::/8"],
    ["::ffff:100.64.0.1", "100.64.0.1/32"],
    ["::ffff:100.64.0.0/106", "100.64.0.0/10"],
  ])("%s is the subnet %s", (text, subnet) => expect(written(text)).toBe(subnet));

  test.each([
    "",
    "   ",
    "tag:",
    "tag:-x",
    "tag:a b",
    "tag:tag:x",
    `tag:${"x".repeat(TAG_CHARS + 1)}`,
    "100.64.0.256",
    "100.64.0.0/33",
    "100.64.0.0/",
    "100.64.0.0/-1",
    "100.64.0.0/255.192.0.0",
    "10.0.0/8",
    "0177.0.0.1",
    "fd00::/129",
    "fd00:::1",
    "fe80::1%eth0",
    "user:bob",
    "group:admins",
    "a\nb",
    "\u001b[2J",
    "\0",
  ])("%j is nothing", (text) => expect(parseSelector(text)).toBeUndefined());
});

test("whatever an administrator writes is read as one thing or refused, and reads the same with spaces around it", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[\da-f:./%*tag]{0,24}$/)), (text) => {
      expect(parseSelector(` ${text} `)).toEqual(parseSelector(text));
    }),
  );
});

test("every address is a subnet of one that holds it and no other", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), (one, other) => {
      const range = subnetOf(one) as [ipaddr.IPv4, number];
      expect(ipaddr.IPv4.parse(one).match(range)).toBe(true);
      expect(ipaddr.IPv4.parse(other).match(range)).toBe(one === other);
    }),
  );
  fc.assert(fc.property(fc.ipV6(), (address) => parseSelector(address)?.kind === "subnet"));
});

test("a subnet of N bits is one exactly when the address has that many", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(200), (address, bits) => {
      expect(parseSelector(`${address}/${bits}`)?.kind).toBe(bits <= 32 ? "subnet" : undefined);
    }),
  );
});

test("every tag and every plain name is read as such", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,63}$/), (tag) => {
      expect(parseSelector(`tag:${tag}`)).toEqual({ kind: "tag", tag });
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/), (name) => {
      expect(parseSelector(name)).toEqual({ kind: "name", name: Name.parse(name).toLowerCase() });
    }),
  );
});
