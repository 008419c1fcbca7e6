/** Addresses and subnets as people write them, read one way everywhere. Pure. */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** Host bits may be set. */
export type Subnet = [address: Address, prefixBits: number];

/** The part of an IPv6 subnet that makes it one of IPv4-mapped addresses. */
const MAPPED_BITS = 96;

/** IPv4-mapped IPv6 is how a socket that listens to both tells of IPv4: it is IPv4 here. A zone means something on one machine only. */
export function parseAddress(text: string): Address | undefined {
  // ipaddr.js also reads octal and shortened addresses, which no two programs read alike.
  return isIP(text) && !text.includes("%") ? ipaddr.process(text) : undefined;
}

/** A plain address is a subnet of one. */
export function parseSubnet(text: string): Subnet | undefined {
  const [, host = "", suffix] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text.trim()) ?? [];
  const address = parseAddress(host);
  if (!address) return undefined;
  const widthBits = isIP(host) === 4 ? 32 : 128;
  const writtenBits = suffix === undefined ? widthBits : Number(suffix);
  const isMapped = widthBits === 128 && address.kind() === "ipv4";
  const prefixBits = isMapped ? writtenBits - MAPPED_BITS : writtenBits;
  return writtenBits > widthBits || prefixBits < 0 ? undefined : [address, prefixBits];
}

/** Whether an address is in a subnet; one of the other kind never is. */
export const isWithin = (address: Address, [network, prefixBits]: Subnet): boolean =>
  address.kind() === network.kind() && address.match([network, prefixBits]);

/** The one spelling of a subnet: host bits cleared, always with its prefix. */
export function spellSubnet([address, prefixBits]: Subnet): string {
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${family.networkAddressFromCIDR(`${address}/${prefixBits}`)}/${prefixBits}`;
}
