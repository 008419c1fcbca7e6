import fc from "fast-check";
import { expect, test } from "vitest";
import { type Address, parseAddress, parseSubnet, type Subnet } from "../../platform/subnet.ts";
import { type Reach, refuseAddress } from "./reach.ts";

const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(`${text} is no address`);
  return parsed;
};
const subnets = (...texts: string[]): Subnet[] => texts.map((text) => parseSubnet(text) as Subnet);

const DEFAULT: Reach = { allowed: [], own: subnets("203.0.114.0/24", "2600:1::/64"), services: [address("5.5.5.5")] };
const EVERYTHING = subnets("0.0.0.0/0", "::/0");

test.each(["8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"])(
  "R-28 %s is on the Internet, and may be reached",
  (text) => {
    expect(refuseAddress(address(text), DEFAULT)).toBeUndefined();
  },
);

const NEVER = [
  ["169.254.169.254", "metadata"],
  ["fd00:ec2::254", "metadata"],
  ["100.100.100.200", "metadata"],
  ["168.63.129.16", "metadata"],
  ["::ffff:169.254.169.254", "metadata"],
  ["64:ff9b::169.254.169.254", "metadata"],
  ["2002:a9fe:a9fe::", "metadata"],
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "unspecified"],
  ["::", "unspecified"],
  ["255.255.255.255", "broadcast"],
  ["224.0.0.1", "multicast"],
  ["ff02::1", "multicast"],
  ["5.5.5.5", "keeps its data"],
  ["::ffff:5.5.5.5", "keeps its data"],
  ["64:ff9b::505:505", "keeps its data"],
] as const;

test.each(NEVER)("R-28 %s is never reached, whatever is allowed (%s)", (text, kind) => {
  for (const allowed of [[], EVERYTHING]) {
    const refusal = refuseAddress(address(text), { ...DEFAULT, allowed });
    expect(refusal).toEqual({ kind: expect.stringContaining(kind), isFinal: true });
  }
});

test.each([
  "127.0.0.1",
  "127.255.255.254",
  "::1",
  "::ffff:127.0.0.1",
  "::127.0.0.1",
  "64:ff9b::127.0.0.1",
  "2002:7f00:1::",
  "169.254.0.1",
  "fe80::1",
  "10.0.0.1",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "::ffff:10.0.0.1",
  "64:ff9b::10.0.0.1",
  "2002:a00:1::",
  "100.64.0.1",
  "fc00::1",
  "fd12::1",
  "fec0::1",
  "203.0.114.7",
  "2600:1::7",
  "192.0.2.1",
  "198.18.0.1",
  "240.0.0.1",
  "64:ff9b:1::8.8.8.8",
  "2001::1",
  "2001:db8::1",
  "100::1",
])("R-28 %s is reached only if the operator allows it", (text) => {
  expect(refuseAddress(address(text), DEFAULT)).toMatchObject({ isFinal: false });
  expect(refuseAddress(address(text), { ...DEFAULT, allowed: EVERYTHING })).toBeUndefined();
});

test("what is allowed is exactly that", () => {
  const reach = { ...DEFAULT, allowed: subnets("10.1.0.0/16", "fd00:1::/32") };
  expect(refuseAddress(address("10.1.2.3"), reach)).toBeUndefined();
  expect(refuseAddress(address("::ffff:10.1.2.3"), reach)).toBeUndefined();
  expect(refuseAddress(address("10.2.0.1"), reach)).toBeDefined();
  expect(refuseAddress(address("fd00:1::9"), reach)).toBeUndefined();
  expect(refuseAddress(address("fd00:2::9"), reach)).toBeDefined();
});

test("R-28 an address in disguise is judged as the one within", () => {
  const hex = (text: string) => text.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0"));
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.constantFrom("127.0.0.1", "10.0.0.1", "169.254.169.254", "5.5.5.5")), (text) => {
      const [a, b, c, d] = hex(text);
      const plain = refuseAddress(address(text), DEFAULT);
      for (const disguise of [`::ffff:${text}`, `64:ff9b::${text}`, `::ffff:0:${text}`, `2002:${a}${b}:${c}${d}::1`]) {
        expect(refuseAddress(address(disguise), DEFAULT)).toEqual(plain);
      }
    }),
  );
});
