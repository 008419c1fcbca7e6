import { AppError } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isAddressAllowed, normaliseCidrs } from "./allowed-cidrs.ts";

test.each([
  ["192.0.2.7", "192.0.2.7/32"],
  ["192.0.2.7/24", "192.0.2.0/24"],
  [" 10.0.0.0/8 ", "10.0.0.0/8"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["2001:DB8::1", "2001:db8::1/128"],
  ["2001:db8:0:0:ffff::/48", "2001:db8::/48"],
  ["::/0", "::/0"],
  ["::ffff:192.0.2.7", "192.0.2.7/32"],
  ["::ffff:192.0.2.7/120", "192.0.2.0/24"],
])("%s is kept as %s", (text, kept) => {
  expect(normaliseCidrs([text])).toEqual([kept]);
});

test.each([
  "",
  "example.com",
  "10.0.0.0/33",
  "::/129",
  "10.0.0.0/08",
  "10.0.0.0/-1",
  "10.0.0.0/",
  "10.0.0.0/8/8",
  "10.1",
  "010.0.0.1",
  "0x0a.0.0.1",
  "167772161",
  "fe80::1%eth0",
  "::ffff:10.0.0.0/90",
  "10.0.0.0/8, 192.0.2.0/24",
])("%j is neither an address nor a subnet, and the refusal says so", (text) => {
  const refused = expect.objectContaining({
    code: "INVALID_INPUT",
    message: `allowed_cidrs: "${text}" is neither an address nor a subnet`,
  });
  expect(() => normaliseCidrs(["192.0.2.0/24", text])).toThrow(refused);
  expect(isAddressAllowed([text], "10.0.0.1")).toBe(false);
});

test("a key without a list is good from anywhere, one with an empty list from nowhere", () => {
  expect(isAddressAllowed(null, "192.0.2.1")).toBe(true);
  expect(isAddressAllowed([], "192.0.2.1")).toBe(false);
});

test("an IPv4-mapped IPv6 client is an IPv4 client", () => {
  expect(isAddressAllowed(["192.0.2.0/24"], "::ffff:192.0.2.9")).toBe(true);
  expect(isAddressAllowed(["192.0.2.0/24"], "::ffff:192.0.3.9")).toBe(false);
  expect(isAddressAllowed(["::/0"], "::ffff:192.0.2.9")).toBe(false);
  expect(isAddressAllowed(["fe80::/10"], "fe80::1%eth0")).toBe(true);
});

const bits = (address: string): string =>
  address
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");

test("an IPv4 address is in a subnet exactly when it begins with the same bits, mapped or not", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (network, client, prefix) => {
      const expected = bits(network).slice(0, prefix) === bits(client).slice(0, prefix);
      const cidrs = normaliseCidrs([`${network}/${prefix}`]);
      expect(isAddressAllowed(cidrs, client)).toBe(expected);
      expect(isAddressAllowed(cidrs, `::ffff:${client}`)).toBe(expected);
      expect(isAddressAllowed(cidrs, network)).toBe(true);
    }),
  );
});

test("what was accepted is accepted again as it is, and allows the address that it was made from", () => {
  const subnet = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
    fc.tuple(
      fc.ipV6().filter((text) => !/^::ffff:/i.test(text)),
      fc.integer({ min: 97, max: 128 }),
    ),
  );
  fc.assert(
    fc.property(subnet, ([address, prefix]) => {
      const kept = normaliseCidrs([`${address}/${prefix}`]);
      expect(normaliseCidrs(kept)).toEqual(kept);
      expect(normaliseCidrs([...kept, ...kept])).toEqual(kept);
      expect(isAddressAllowed(kept, address)).toBe(true);
    }),
  );
});

test("whatever text a stranger sends is refused by the catalogue or is a subnet", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f.:/]{0,24}$/)), (text) => {
      expect(() => isAddressAllowed([text], text)).not.toThrow();
      try {
        expect(normaliseCidrs([text])[0]).toMatch(/^[0-9a-f.:]+\/\d+$/);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});
