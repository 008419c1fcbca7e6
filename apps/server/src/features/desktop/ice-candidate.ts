/**
 * Which addresses one side may make the other send packets to (T9.4). Pure. An ICE candidate is a claim of a stranger:
 * a cloud's metadata service, a multicast group or a broadcast are no machine that shows or sees a desktop.
 */
import { AppError } from "@sallyport/protocol";
import { isMetadata } from "../../platform/address-kind.ts";
import { parseAddress } from "../../platform/subnet.ts";

/** RFC 8839, 5.1: foundation, component, transport, priority, address, port, `typ`, type, and what comes after. */
const LINE =
  /^(?:a=)?candidate:[\w+/]{1,32} \d{1,5} (udp|tcp) \d{1,10} (\S{1,255}) (\d{1,5}) typ (?:host|srflx|prflx|relay)(?: [^\r\n]{0,768})?$/i;
/** Browsers hide host addresses behind such a name. */
const MDNS = /^[0-9a-f-]{36}\.local$/i;

/** The last two are IPv4 addresses in IPv6's clothes, which a translator on the way would take off. */
const REFUSED_RANGES = new Set(["unspecified", "broadcast", "multicast", "linkLocal", "rfc6052", "rfc6145"]);

/** @throws AppError `INVALID_INPUT` for a line that is no candidate, or that names an address nobody may be sent to */
export function requireCandidate(line: string): void {
  // The end of candidates.
  if (line === "") return;
  const [, transport, address, port] = LINE.exec(line) ?? [];
  if (address === undefined || Number(port) > 65_535) {
    throw new AppError("INVALID_INPUT", { reason: "candidate: must be an ICE candidate (candidate:… typ …)" });
  }
  requireAddress(address, transport?.toLowerCase() === "tcp");
}

/** Candidates may also stand in a session description itself. */
export function requireDescription(sdp: string): void {
  for (const line of sdp.split(/\r\n|\r|\n/)) {
    if (line.startsWith("a=candidate:")) requireCandidate(line.trimEnd());
  }
}

function requireAddress(address: string, isTcp: boolean): void {
  if (MDNS.test(address)) return;
  const parsed = parseAddress(address);
  const range = parsed?.range() ?? "";
  // A connection to this very machine reaches what listens only for it.
  const isOwnService = isTcp && range === "loopback";
  if (!parsed || REFUSED_RANGES.has(range) || isOwnService || isMetadata(parsed)) {
    throw new AppError("INVALID_INPUT", { reason: "candidate: this address is not one that a peer can have" });
  }
}
