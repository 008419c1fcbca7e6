import fc from "fast-check";
import { expect, test } from "vitest";
import { addressGroup } from "./address-group.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:0DB8:0:0:ffff::", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
  ["not an address", "not an address"],
])("%s is limited as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});

test("addresses are limited together exactly when their first 64 bits are the same", () => {
  const half = fc.tuple(fc.nat(0xffff), fc.nat(0xffff), fc.nat(0xffff), fc.nat(0xffff));
  const text = (groups: readonly number[]) => groups.map((group) => group.toString(16)).join(":");
  fc.assert(
    fc.property(half, half, half, half, (net, hostA, otherNet, hostB) => {
      fc.pre(text(net) !== "0:0:0:0" || !text(hostA).startsWith("0:ffff"));
      expect(addressGroup(text([...net, ...hostA]))).toBe(addressGroup(text([...net, ...hostB])));
      const isSame = text(net) === text(otherNet);
      expect(addressGroup(text([...net, ...hostA])) === addressGroup(text([...otherNet, ...hostA]))).toBe(isSame);
    }),
  );
});
