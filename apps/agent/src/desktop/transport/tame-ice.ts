/**
 * What werift does in looking for a way to the viewer, and as it finds one, that must not happen here. What reaches into its
 * insides, which have no other handle, is all here, for werift ~0.23.
 */
import { isIP } from "node:net";
import type { RTCDtlsTransport, RTCIceTransport, RTCPeerConnection } from "werift";

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

/** A viewer's first words are two packets. */
const EARLY_PACKETS = 8;
/** As RFC 7983 tells them from what else comes the same way. */
const isDtls = ([first = 0]: Uint8Array): boolean => first >= 20 && first <= 63;

/**
 * A viewer begins the handshake when it knows the way, which it does before we do. werift does not hear that yet, and the
 * viewer waits before it repeats it. What comes too early is kept here until it is heard.
 */
export function keepEarlyHandshake(dtls: RTCDtlsTransport): void {
  const { onData } = dtls.iceTransport.connection;
  const early: Parameters<typeof onData.execute>[] = [];
  const listening = onData.subscribe((data) => {
    if (isDtls(data) && early.length < EARLY_PACKETS) early.push([data]);
  });
  const waiting = dtls.onStateChange.subscribe((state) => {
    if (state === "new") return;
    waiting.unSubscribe();
    listening.unSubscribe();
    // It says so before it listens, and listens before it does anything else.
    if (state === "connecting") setImmediate(() => early.forEach((packet) => void onData.execute(...packet)));
  });
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
