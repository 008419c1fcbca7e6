/** Whom a rule is about, from what an administrator wrote. Pure. */
import { Name, Tag } from "@sallyport/protocol";
import ipaddr from "ipaddr.js";

export type Subnet = [ipaddr.IPv4, number] | [ipaddr.IPv6, number];

export type Selector =
  | { kind: "any" }
  /** An exact address is a subnet of one. For `address.match(range)`, which throws across the two kinds of address. */
  | { kind: "subnet"; range: Subnet }
  /** In lower case, without its `tag:`. */
  | { kind: "tag"; tag: string }
  /** A machine's, in lower case: names are compared without case. */
  | { kind: "name"; name: string };

const TAG = /^tag:/i;
/** What products like this one select by and this one does not: as a machine's name it would silently match nothing. */
const OTHER_KIND = /^(user|group):/i;
/** Meant as an address: four numbers, two colons, or something that a mask follows. A typo in one is no machine's name. */
const LIKE_ADDRESS = /^(\d+(\.\d+){3}|[\da-f]*:[\da-f]*:.*|[\da-f]*[.:][\da-f.:]*\/.*)$/i;

/** Reads `*`, an address, a subnet, `tag:NAME` or a machine's name; undefined for text that can be none of them. */
export function parseSelector(text: string): Selector | undefined {
  const trimmed = text.trim();
  if (trimmed === "*") return { kind: "any" };
  if (TAG.test(trimmed)) {
    const tag = Tag.safeParse(trimmed);
    return tag.success ? { kind: "tag", tag: tag.data } : undefined;
  }
  const range = parseSubnet(trimmed);
  if (range) return { kind: "subnet", range };
  if (OTHER_KIND.test(trimmed) || LIKE_ADDRESS.test(trimmed)) return undefined;
  const name = Name.safeParse(trimmed);
  return name.success ? { kind: "name", name: name.data.toLowerCase() } : undefined;
}

/** Only the common notation: 0177.0.0.1, 127.1 and 2130706433 are addresses to some programs and not to others. */
function parseSubnet(text: string): Subnet | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return [ipaddr.IPv4.parse(text), 32];
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return ipaddr.IPv4.parseCIDR(text);
  // A zone means something on one machine only.
  if (text.includes("%")) return undefined;
  if (ipaddr.IPv6.isValid(text)) return unmapped([ipaddr.IPv6.parse(text), 128]);
  if (ipaddr.IPv6.isValidCIDR(text)) return unmapped(ipaddr.IPv6.parseCIDR(text));
  return undefined;
}

/** ::ffff:100.64.0.1 is 100.64.0.1. */
function unmapped([address, bits]: [ipaddr.IPv6, number]): Subnet {
  return bits >= 96 && address.isIPv4MappedAddress() ? [address.toIPv4Address(), bits - 96] : [address, bits];
}
