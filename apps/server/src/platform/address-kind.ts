/** What an address is for, where that decides who may be sent to it. Pure. */
import ipaddr from "ipaddr.js";
import type { Address } from "./subnet.ts";

/** Where clouds answer any process with its machine's credentials; not all of them are link-local. */
const METADATA: ReadonlySet<string> = new Set([
  "169.254.169.254",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd20:ce::254",
]);

export const isMetadata = (address: Address): boolean => METADATA.has(address.toString());

/** RFC 6052's well-known prefix; behind those of RFC 8215 the IPv4 address may be in several places. */
const NAT64 = ipaddr.parseCIDR("64:ff9b::/96");
const COMPATIBLE = ipaddr.parseCIDR("::/96");

/** The IPv4 address that a translator or a tunnel on the way would make of an IPv6 one; any other as it is. */
export function innermost(address: Address): Address {
  const offset = address.kind() === "ipv6" ? ipv4Offset(address) : undefined;
  return offset === undefined ? address : ipaddr.fromByteArray(address.toByteArray().slice(offset, offset + 4));
}

/** In bytes: RFC 6052, RFC 6145, RFC 3056, and the compatible addresses of RFC 4291. */
function ipv4Offset(address: Address): number | undefined {
  if (address.match(NAT64)) return 12;
  switch (address.range()) {
    case "rfc6145":
      return 12;
    case "6to4":
      return 2;
    case "unicast":
      return address.match(COMPATIBLE) ? 12 : undefined;
    default:
      return undefined;
  }
}
