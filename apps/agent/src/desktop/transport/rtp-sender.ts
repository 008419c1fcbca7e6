/**
 * The one video stream of a connection: numbers its packets, remembers them for who asks again, and adds what the other
 * end negotiated. werift's own sender remembers 128 packets, which is a fifth of a second of a busy screen; a picture
 * that waits for a packet that is forgotten stands still until a key frame.
 */
import { randomInt } from "node:crypto";
import { type RTCDtlsTransport, RtcpSenderInfo, RtcpSrPacket, RtpHeader } from "werift";
import type { EncodedFrame } from "../video/video-encoder.ts";
import { packetizeH264 } from "./packetize-h264.ts";

/** Fits every line with headers, tunnels and relays around it. */
const PAYLOAD_BYTES = 1_150;
/** A power of two that the sequence numbers wrap in. */
const HISTORY = 2_048;
/** The same packet is not repeated again within this time: a receiver may ask more than once for what is on its way. */
const ASKED_AGAIN_MS = 5;
const RTP_CLOCK_KHZ = 90;
/** Between the years 1900 and 1970. */
const NTP_EPOCH_SECONDS = 2_208_988_800;

export interface RtpStream {
  payloadType: number;
  ssrc: number;
  /** Undefined: packets that are asked for again are sent as they were. */
  rtx: { payloadType: number; ssrc: number } | undefined;
  /** Numbers of the header extensions, of those that were negotiated. */
  extensions: { transportSequence?: number | undefined; playoutDelay?: number | undefined };
}

export interface RtpPacketOut {
  sequence: number;
  timestamp: number;
  marker: boolean;
  payload: Buffer;
  repeatedAtMs: number;
  isRepeat: boolean;
  /** The number on the transport that it was sent with last. */
  sentAs: number | undefined;
}

export class RtpSender {
  readonly #stream: RtpStream;
  readonly #transport: RTCDtlsTransport;
  readonly #history: (RtpPacketOut | undefined)[] = new Array(HISTORY);
  #sequence = randomInt(0x8000);
  #rtxSequence = randomInt(0x8000);
  #transportSequence = 0;
  /** Which packet had which number on the transport. */
  readonly #sequences = new Map<number, number>();
  /** Packets since the last key frame that no report has said to have arrived. */
  readonly #unconfirmed = new Set<number>();
  #packets = 0;
  #octets = 0;

  constructor(stream: RtpStream, transport: RTCDtlsTransport) {
    this.#stream = stream;
    this.#transport = transport;
  }

  /** In the order in which they are to be sent. */
  packetize({ data, timeUs, isKey }: EncodedFrame): RtpPacketOut[] {
    if (isKey) this.#unconfirmed.clear();
    const timestamp = Math.round((timeUs * RTP_CLOCK_KHZ) / 1_000) % 2 ** 32;
    const payloads = packetizeH264(data, PAYLOAD_BYTES);
    return payloads.map((payload, index) => {
      const packet: RtpPacketOut = {
        sequence: this.#sequence,
        timestamp,
        marker: index === payloads.length - 1,
        payload,
        repeatedAtMs: -Infinity,
        isRepeat: false,
        sentAs: undefined,
      };
      this.#sequence = (this.#sequence + 1) & 0xffff;
      this.#history[packet.sequence % HISTORY] = packet;
      return packet;
    });
  }

  /** Those that are still known and were not repeated a moment ago. */
  repeats(sequences: readonly number[], nowMs: number): RtpPacketOut[] {
    const repeats: RtpPacketOut[] = [];
    for (const sequence of sequences) {
      const packet = this.#history[sequence % HISTORY];
      if (packet?.sequence !== sequence || nowMs - packet.repeatedAtMs < ASKED_AGAIN_MS) continue;
      packet.repeatedAtMs = nowMs;
      repeats.push({ ...packet, isRepeat: true });
    }
    return repeats;
  }

  /**
   * Those that a report says were lost, and that the viewer still needs. Whoever asks again does so every 100 ms (a browser
   * that only receives does not know how far we are), and what it asks with may be lost as well.
   */
  repeatsOfLost(transportSequences: readonly number[], nowMs: number): RtpPacketOut[] {
    const lost = transportSequences.flatMap((transportSequence) => {
      const sequence = this.#sequences.get(transportSequence);
      if (sequence === undefined || !this.#unconfirmed.has(sequence)) return [];
      // It was repeated since: of that another report will tell.
      return this.#history[sequence % HISTORY]?.sentAs === transportSequence ? [sequence] : [];
    });
    return this.repeats(lost, nowMs);
  }

  /** @returns its number on the transport, and its bytes on the line */
  send(packet: RtpPacketOut): { transportSequence: number; bytes: number } {
    this.#transportSequence = (this.#transportSequence + 1) & 0xffff;
    const { rtx, ssrc, payloadType } = this.#stream;
    const asRtx = packet.isRepeat ? rtx : undefined;
    const payload = asRtx ? withOriginalSequence(packet) : packet.payload;
    const header = new RtpHeader({
      ssrc: asRtx?.ssrc ?? ssrc,
      payloadType: asRtx?.payloadType ?? payloadType,
      sequenceNumber: asRtx ? this.#rtxSequence : packet.sequence,
      timestamp: packet.timestamp,
      marker: packet.marker,
      extensions: this.#extensions(),
    });
    if (asRtx) this.#rtxSequence = (this.#rtxSequence + 1) & 0xffff;
    else {
      this.#packets += 1;
      this.#octets += payload.length;
    }
    this.#sequences.delete((this.#transportSequence - HISTORY) & 0xffff);
    this.#sequences.set(this.#transportSequence, packet.sequence);
    const remembered = this.#history[packet.sequence % HISTORY];
    if (remembered?.sequence === packet.sequence) remembered.sentAs = this.#transportSequence;
    this.#unconfirmed.delete((packet.sequence - HISTORY) & 0xffff);
    if (!packet.isRepeat) this.#unconfirmed.add(packet.sequence);
    void this.#transport.sendRtp(payload, header);
    return { transportSequence: this.#transportSequence, bytes: payload.length + header.serializeSize };
  }

  /** A packet arrived, or one that repeated it did. */
  confirm(transportSequence: number): void {
    const sequence = this.#sequences.get(transportSequence);
    if (sequence !== undefined) this.#unconfirmed.delete(sequence);
  }

  /** Whether the viewer is known to have all that it needs for the last picture. */
  get isAllThere(): boolean {
    return this.#unconfirmed.size === 0;
  }

  /** Tells the receiver which time on the wall a picture is of. */
  sendReport(nowUs: number): void {
    const seconds = Date.now() / 1_000 + NTP_EPOCH_SECONDS;
    const ntp = (BigInt(Math.floor(seconds)) << 32n) | BigInt(Math.floor((seconds % 1) * 2 ** 32));
    if (this.#packets === 0) return;
    void this.#transport.sendRtcp([
      new RtcpSrPacket({
        ssrc: this.#stream.ssrc,
        senderInfo: new RtcpSenderInfo({
          ntpTimestamp: ntp,
          rtpTimestamp: Math.round((nowUs * RTP_CLOCK_KHZ) / 1_000) % 2 ** 32,
          packetCount: this.#packets % 2 ** 32,
          octetCount: this.#octets % 2 ** 32,
        }),
      }),
    ]);
  }

  #extensions(): { id: number; payload: Buffer }[] {
    const { transportSequence, playoutDelay } = this.#stream.extensions;
    const extensions: { id: number; payload: Buffer }[] = [];
    if (transportSequence !== undefined) {
      const payload = Buffer.allocUnsafe(2);
      payload.writeUInt16BE(this.#transportSequence);
      extensions.push({ id: transportSequence, payload });
    }
    // Least and most of 0 ms: draw it when it is there.
    if (playoutDelay !== undefined) extensions.push({ id: playoutDelay, payload: NO_DELAY });
    return extensions;
  }
}

const NO_DELAY = Buffer.alloc(3);

/** RFC 4588: the number it had, in front of what it was. */
function withOriginalSequence({ sequence, payload }: RtpPacketOut): Buffer {
  const repeated = Buffer.allocUnsafe(2 + payload.length);
  repeated.writeUInt16BE(sequence);
  payload.copy(repeated, 2);
  return repeated;
}
