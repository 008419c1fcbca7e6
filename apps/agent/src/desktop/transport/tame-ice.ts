/**
 * What werift does in looking for a way to the viewer that must not happen here. Each of these reaches into its insides,
 * which have no other handle; all of them are here, for werift ~0.23.
 */
import { isIP } from "node:net";
import type { RTCIceTransport, RTCPeerConnection } from "werift";

type Ice = RTCIceTransport["connection"];

/** Addresses from STUN are told when they come; only a relay is waited for, which cannot join later. */
const RELAY_MS = 1_500;

/** After the transports are made, and before the local description is set. */
export function tameIce(
  connection: RTCPeerConnection,
  ice: Ice,
  { hasStun, hasTurn }: { hasStun: boolean; hasTurn: boolean },
): void {
  // Where no server is named it asks one of Google's. Nobody is asked whom nobody named.
  if (!hasStun) Object.assign(ice, { stunServer: undefined });
  // It looks for a way only when every server has answered or five seconds are over.
  const insides = connection as unknown as { gatherCandidates(): Promise<void> };
  const gather = insides.gatherCandidates.bind(connection);
  insides.gatherCandidates = async () => {
    const gathered = gather();
    const hostsAreKnown = new Promise<void>((resolve) => ice.onIceCandidate.once(() => setImmediate(resolve)));
    const isEnough = hasTurn ? new Promise<void>((resolve) => setTimeout(resolve, RELAY_MS)) : hostsAreKnown;
    await Promise.race([gathered, isEnough]);
  };
}

/**
 * Whether a check of the way comes from who knows the names that were exchanged; werift checks nothing but our address.
 * Whoever sends one that is let through may be sent packets, though none that it can read.
 */
export function isFromViewer(username: unknown, ice: Pick<Ice, "localUsername" | "remoteUsername">): boolean {
  return username === `${ice.localUsername}:${ice.remoteUsername}`;
}

const CANDIDATE = /^(?:a=)?candidate:\S+ 1 udp \d+ (\S+) (\d+) typ (?:host|srflx|prflx|relay)\b/i;

/** A candidate whose address is one. Names are not looked up for a stranger, nor asked of the local network. */
export function isUsableCandidate(line: string): boolean {
  const [, address = "", port = ""] = CANDIDATE.exec(line) ?? [];
  return isIP(address) !== 0 && Number(port) > 0 && Number(port) < 65_536;
}
