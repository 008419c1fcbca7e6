/**
 * What a tool may be pointed at. Pure. Each tool reads its target in its own way: as an option, a file, a range of
 * addresses, an address in octal. What is accepted here means one host to all of them.
 */
import { isIP, SocketAddress } from "node:net";
import { AppError, DIAGNOSTIC_TARGET_CHARS } from "@sallyport/protocol";

export interface Target {
  kind: "name" | "ipv4" | "ipv6";
  text: string;
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
/** Resolvers take a name that ends so for an address: `127.1`, `0x7f.0x1`, `2130706433`. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/i;
/** nmap takes `10.0.0.1-254` for a range; a top-level label has a letter (RFC 1123, 2.1). */
const ENDS_IN_NAME = /[a-z][^.]*$/i;

/**
 * A host name by RFC 1123, or an address in its canonical spelling, without a zone: that means something on one machine
 * only, and on none but by its link.
 *
 * @throws AppError `INVALID_INPUT`
 */
export function parseTarget(text: string): Target {
  const version = isIP(text);
  if (version !== 0) return requireCanonical(text, version === 4 ? "ipv4" : "ipv6");
  if (!isHostName(text)) {
    throw new AppError("INVALID_INPUT", {
      reason:
        "target must be a host name of letters, digits, '-' and '.', or an address such as 192.0.2.1 or 2001:db8::1",
    });
  }
  return { kind: "name", text };
}

function isHostName(text: string): boolean {
  if (text.length > DIAGNOSTIC_TARGET_CHARS || ENDS_IN_NUMBER.test(text) || !ENDS_IN_NAME.test(text)) return false;
  return text.split(".").every((label) => LABEL.test(label));
}

function requireCanonical(text: string, kind: "ipv4" | "ipv6"): Target {
  const canonical = text.includes("%") ? undefined : new SocketAddress({ address: text, family: kind }).address;
  if (canonical === text) return { kind, text };
  throw new AppError("INVALID_INPUT", {
    reason:
      canonical === undefined ? "target must be an address without a zone" : `target must be written ${canonical}`,
  });
}
