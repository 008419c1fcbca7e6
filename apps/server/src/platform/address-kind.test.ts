import { expect, test } from "vitest";
import { innermost, isMetadata } from "./address-kind.ts";
import { parseAddress } from "./subnet.ts";

const parsed = (text: string) => {
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} is no address`);
  return address;
};

test.each([
  ["8.8.8.8", "8.8.8.8"],
  ["2001:4860:4860::8888", "2001:4860:4860::8888"],
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["64:ff9b::7f00:1", "127.0.0.1"],
  ["64:ff9b::a9fe:a9fe", "169.254.169.254"],
  ["64:ff9b:1::7f00:1", "64:ff9b:1::7f00:1"],
  ["::ffff:0:10.0.0.1", "10.0.0.1"],
  ["2002:7f00:1::", "127.0.0.1"],
  ["2002:c0a8:101:1::2", "192.168.1.1"],
  ["::127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
  ["::", "::"],
])("R-28 %s means %s", (text, inner) => {
  expect(innermost(parsed(text)).toString()).toBe(inner);
});

test("clouds' metadata services are known, link-local or not", () => {
  const known = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"];
  for (const text of known) expect(isMetadata(parsed(text))).toBe(true);
  for (const text of ["169.254.169.253", "8.8.8.8", "fd00:ec2::253"]) expect(isMetadata(parsed(text))).toBe(false);
});
