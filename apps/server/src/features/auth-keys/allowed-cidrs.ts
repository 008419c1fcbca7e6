/** From where a key may be used: subnets as people write them, and whether an address is in one. Pure. */
import { isIP } from "node:net";
import { AppError } from "@sallyport/protocol";
import ipaddr from "ipaddr.js";

type Subnet = [address: ipaddr.IPv4 | ipaddr.IPv6, prefixBits: number];

/** The part of an IPv6 subnet that makes it one of IPv4-mapped addresses. */
const MAPPED_BITS = 96;

/**
 * Subnets in one spelling, each once: host bits cleared, a plain address as `/32` or `/128`, an IPv4-mapped one as IPv4.
 *
 * @throws AppError `INVALID_INPUT` naming the first that is none
 */
export function normaliseCidrs(texts: readonly string[]): string[] {
  const subnets = texts.map((text) => {
    const subnet = parseSubnet(text);
    if (subnet) return spell(subnet);
    throw new AppError("INVALID_INPUT", {
      reason: `allowed_cidrs: ${JSON.stringify(text)} is neither an address nor a subnet`,
    });
  });
  return [...new Set(subnets)];
}

/** Without a list from anywhere. What cannot be read, in the list or as an address, allows nothing. */
export function isAddressAllowed(cidrs: readonly string[] | null, address: string): boolean {
  if (cidrs === null) return true;
  const caller = parseAddress(address.split("%", 1)[0] ?? "");
  if (!caller) return false;
  return cidrs.some((text) => {
    const subnet = parseSubnet(text);
    return subnet !== undefined && subnet[0].kind() === caller.kind() && caller.match(subnet);
  });
}

/** IPv4-mapped IPv6 is how a socket that listens to both tells of IPv4: it is IPv4 here. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // ipaddr.js also reads octal and shortened addresses, which no two programs read alike.
  return isIP(text) && !text.includes("%") ? ipaddr.process(text) : undefined;
}

function parseSubnet(text: string): Subnet | undefined {
  const [, host = "", suffix] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text.trim()) ?? [];
  const address = parseAddress(host);
  if (!address) return undefined;
  const widthBits = isIP(host) === 4 ? 32 : 128;
  const writtenBits = suffix === undefined ? widthBits : Number(suffix);
  const isMapped = widthBits === 128 && address.kind() === "ipv4";
  const prefixBits = isMapped ? writtenBits - MAPPED_BITS : writtenBits;
  return writtenBits > widthBits || prefixBits < 0 ? undefined : [address, prefixBits];
}

function spell([address, prefixBits]: Subnet): string {
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${family.networkAddressFromCIDR(`${address}/${prefixBits}`)}/${prefixBits}`;
}
