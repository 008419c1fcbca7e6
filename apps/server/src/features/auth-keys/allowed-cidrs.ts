/** From where a key may be used: subnets as people write them, and whether an address is in one. Pure. */
import { AppError } from "@sallyport/protocol";
import { isWithin, parseAddress, parseSubnet, spellSubnet } from "../../platform/subnet.ts";

/**
 * Subnets in one spelling, each once: host bits cleared, a plain address as `/32` or `/128`, an IPv4-mapped one as IPv4.
 *
 * @throws AppError `INVALID_INPUT` naming the first that is none
 */
export function normaliseCidrs(texts: readonly string[]): string[] {
  const subnets = texts.map((text) => {
    const subnet = parseSubnet(text);
    if (subnet) return spellSubnet(subnet);
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
    return subnet !== undefined && isWithin(caller, subnet);
  });
}
