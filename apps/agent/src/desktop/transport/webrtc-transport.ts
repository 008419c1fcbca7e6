/**
 * One WebRTC connection to one viewer: it answers the viewer's offer with the video that is sent, and takes the data
 * channel that the viewer makes. werift brings ICE, DTLS, SRTP and SCTP; what is sent when, and how much, is decided here.
 *
 * Invariants: a connection is for one offer; a repeat of the offer is the same answer, another offer another connection.
 * It is over once: by `close`, or by `closed`, and nothing is told after it.
 */
import type { DesktopOutput, IceCandidate, IceServer } from "@sallyport/protocol";
import {
  type RTCDataChannel,
  RTCDtlsTransport,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  type RTCRtpTransceiver,
  RTP_EXTENSION_URI,
  type RtcpPacket,
  useFIR,
  useH264,
  useNACK,
  usePLI,
  useTWCC,
} from "werift";
import type { Logger } from "../../platform/logger.ts";
import { reasonOf } from "../../platform/one-line.ts";
import type { EncodedFrame } from "../video/video-encoder.ts";
import { CongestionControl } from "./congestion-control.ts";
import { chooseIceServers } from "./ice-servers.ts";
import { Pacer } from "./pacer.ts";
import type { PeerTransport, TransportEvents } from "./peer-transport.ts";
import { prepareOffer } from "./prepare-offer.ts";
import { readFeedback, type TransportFeedback } from "./read-feedback.ts";
import { readInput } from "./read-input.ts";
import { rehearseHandshake } from "./rehearse-handshake.ts";
import { type RtpPacketOut, RtpSender } from "./rtp-sender.ts";
import { isFromViewer, isUsableCandidate, keepEarlyHandshake, tameIce } from "./tame-ice.ts";

const PLAYOUT_DELAY_URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
const CHANNEL = "desktop";
/** From the answer until frames can be sent: the viewer's network may take a while to say what its addresses are. */
const CONNECT_TIMEOUT_MS = 30_000;
/** A viewer reports every second; one of which nothing is heard for this long is gone, or must not be sent to (RFC 7675). */
const SILENCE_MS = 15_000;
const RATES = { startKbps: 4_000, minKbps: 150, maxKbps: 30_000 };
/** Frames leave this many times faster than they are made on average, so that each is there soon. */
const PACE = 4;
const QUEUE_MS = 60;
/** Sooner after a packet, a viewer that asks for a picture has lost one. */
const STILL_MS = 2_000;
/** At the estimated rate; more that nobody has answered for means that the line stands still. */
const IN_FLIGHT_MS = 600;
const IN_FLIGHT_BYTES = 100_000;
/** What was not reported after this time will not be. */
const UNREPORTED_MS = 4_000;
/** Messages that cannot be understood; a viewer that sends more of them speaks something else. */
const MISUNDERSTOOD = 50;
const MESSAGE_CHARS = 64 * 1024;
const UNREAD_BYTES = 4 * 1024 * 1024;
const UNSAID = 256;
const RTCP_TRANSPORT_FEEDBACK = 205;
const RTCP_PAYLOAD_FEEDBACK = 206;
const FEEDBACK = { nack: 1, transport: 15, pictureLoss: 1, fullIntra: 4 } as const;

export interface WebRtcOptions {
  sdpOffer: string;
  iceServers: readonly IceServer[];
  events: TransportEvents;
  /** One of our addresses, for the viewer. */
  candidate(candidate: IceCandidate): void;
  logger: Logger;
}

export interface AnsweredOffer {
  transport: WebRtcTransport;
  sdpAnswer: string;
}

/** The key of all connections of this process, and a first handshake with it: made before somebody waits for them. */
export async function prepareWebRtc(): Promise<void> {
  await rehearseHandshake(await RTCDtlsTransport.SetupCertificate());
}

/** @throws Error in words for the viewer */
export async function answerOffer(options: WebRtcOptions): Promise<AnsweredOffer> {
  const offer = prepareOffer(options.sdpOffer);
  const { stun, turn } = chooseIceServers(options.iceServers);
  const connection: RTCPeerConnection = new RTCPeerConnection({
    bundlePolicy: "max-bundle",
    codecs: {
      audio: [],
      video: [
        useH264({ rtcpFeedback: [useNACK(), usePLI(), useFIR(), useTWCC()] }),
        new RTCRtpCodecParameters({ mimeType: "video/rtx", clockRate: 90_000 }),
      ],
    },
    headerExtensions: {
      video: [RTP_EXTENSION_URI.transportWideCC, PLAYOUT_DELAY_URI].map(
        (uri) => new RTCRtpHeaderExtensionParameters({ uri }),
      ),
    },
    iceServers: [
      ...(stun ? [{ urls: `stun:${stun.host}:${stun.port}` }] : []),
      ...(turn
        ? [{ urls: `turn:${turn.host}:${turn.port}`, username: turn.username, credential: turn.credential }]
        : []),
    ],
    forceTurnTCP: turn?.overTcp ?? false,
    iceFilterStunResponse: (message) => {
      const [ice] = connection.iceTransports;
      return ice !== undefined && isFromViewer(message.getAttributeValue("USERNAME"), ice.connection);
    },
  });
  try {
    return await answer(connection, offer, options, { hasStun: stun !== undefined, hasTurn: turn !== undefined });
  } catch (error) {
    await connection.close();
    options.logger.debug("offer refused", { reason: reasonOf(error) });
    throw error;
  }
}

async function answer(
  connection: RTCPeerConnection,
  offer: ReturnType<typeof prepareOffer>,
  { events, candidate, logger }: WebRtcOptions,
  servers: { hasStun: boolean; hasTurn: boolean },
): Promise<AnsweredOffer> {
  const video = connection.addTransceiver("video", { direction: "sendonly" });
  const { dtlsTransport } = video;
  tameIce(connection, dtlsTransport.iceTransport.connection, servers);
  await connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
  // The viewer begins the handshake, which it does at once; werift would wait a moment first.
  dtlsTransport.role = "server";
  keepEarlyHandshake(dtlsTransport);
  const transport = new WebRtcTransport(connection, video, offer, events, logger);
  connection.onIceCandidate.subscribe((found) => {
    if (found?.candidate)
      candidate({ ...found, sdpMid: found.sdpMid ?? null, sdpMLineIndex: found.sdpMLineIndex ?? 0 });
  });
  const { sdp } = await connection.createAnswer();
  // It gathers addresses before it returns, which are told as they are found: the answer waits for none of them.
  connection.setLocalDescription({ type: "answer", sdp }).catch((error: unknown) => transport.fail(reasonOf(error)));
  return { transport, sdpAnswer: sdp };
}

export class WebRtcTransport implements PeerTransport {
  readonly kind = "webrtc";
  readonly #connection: RTCPeerConnection;
  readonly #dtls: RTCDtlsTransport;
  readonly #events: TransportEvents;
  readonly #logger: Logger;
  readonly #sender: RtpSender;
  readonly #congestion = new CongestionControl(RATES);
  readonly #pacer: Pacer<RtpPacketOut>;
  readonly #hasFeedback: boolean;
  #channel: RTCDataChannel | undefined;
  /** Said before the channel was open; the picture does not wait for it. */
  readonly #unsaid: string[] = [];
  #isConnected = false;
  #isOver = false;
  #wasFull = false;
  #heardAtMs = performance.now();
  #sentAtMs = performance.now();
  #toldKbps = 0;
  #misunderstood = 0;
  readonly #watch: NodeJS.Timeout;

  constructor(
    connection: RTCPeerConnection,
    { dtlsTransport, sender, headerExtensions }: RTCRtpTransceiver,
    { payloadType, rtxPayloadType }: { payloadType: number; rtxPayloadType: number | undefined },
    events: TransportEvents,
    logger: Logger,
  ) {
    this.#connection = connection;
    this.#dtls = dtlsTransport;
    this.#events = events;
    this.#logger = logger;
    const extension = (uri: string) => headerExtensions.find((known) => known.uri === uri)?.id;
    const transportSequence = extension(RTP_EXTENSION_URI.transportWideCC);
    this.#hasFeedback = transportSequence !== undefined;
    this.#sender = new RtpSender(
      {
        payloadType,
        ssrc: sender.ssrc,
        rtx: rtxPayloadType === undefined ? undefined : { payloadType: rtxPayloadType, ssrc: sender.rtxSsrc },
        extensions: { transportSequence, playoutDelay: extension(PLAYOUT_DELAY_URI) },
      },
      dtlsTransport,
    );
    this.#pacer = new Pacer<RtpPacketOut>(RATES.startKbps * PACE, {
      send: (packet) => this.#send(packet),
      drained: () => this.#tellReady(),
    });
    connection.onDataChannel.subscribe((channel) => this.#onChannel(channel));
    connection.connectionStateChange.subscribe((state) => {
      if (state === "failed") this.fail("no way to the viewer was found");
    });
    dtlsTransport.onStateChange.subscribe((state) => {
      if (state === "failed") this.fail("the viewer's keys do not match");
      if (state === "closed") this.fail("the viewer has gone");
      this.#tellConnected();
    });
    dtlsTransport.onRtcp.subscribe((packet) => this.#onRtcp(packet));
    const openedAtMs = performance.now();
    this.#watch = setInterval(() => this.#look(openedAtMs), 1_000);
  }

  get isReady(): boolean {
    const isReady = this.#isConnected && this.#pacer.queueMs <= QUEUE_MS && !this.#isLineFull;
    this.#wasFull ||= !isReady;
    return isReady;
  }

  get #isLineFull(): boolean {
    const most = Math.max(IN_FLIGHT_BYTES, (this.#congestion.kbps * IN_FLIGHT_MS) / 8);
    return this.#hasFeedback && this.#congestion.inFlightBytes > most;
  }

  /** One of the viewer's addresses. */
  addCandidate(candidate: IceCandidate): void {
    // An empty one says that no more will come, after which werift gives up too early.
    if (!isUsableCandidate(candidate.candidate)) return;
    const { sdpMid, sdpMLineIndex } = candidate;
    void this.#connection
      .addIceCandidate({
        candidate: candidate.candidate,
        ...(sdpMid != null && { sdpMid }),
        sdpMLineIndex: sdpMLineIndex ?? 0,
      })
      .catch(() => {});
  }

  sendFrame(frame: EncodedFrame): void {
    if (!this.#isConnected) return;
    for (const packet of this.#sender.packetize(frame)) this.#pacer.push(packet, packet.payload.length);
  }

  sendMessage(message: DesktopOutput): void {
    if (this.#isOver) return;
    const text = JSON.stringify(message);
    if (this.#channel?.readyState !== "open") {
      if (this.#unsaid.length < UNSAID) this.#unsaid.push(text);
      return;
    }
    if (this.#channel.bufferedAmount > UNREAD_BYTES) return this.fail("the viewer does not read what it is told");
    this.#channel.send(text);
  }

  close(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isConnected = false;
    clearInterval(this.#watch);
    this.#pacer.stop();
    this.#logger.debug("webrtc connection closed", { reason });
    // What was said last is still on its way.
    setTimeout(() => void this.#connection.close().catch(() => {}), 200);
  }

  /** It cannot go on. */
  fail(reason: string): void {
    if (this.#isOver) return;
    this.close(reason);
    this.#events.closed(reason);
  }

  #onChannel(channel: RTCDataChannel): void {
    if (channel.label !== CHANNEL || this.#channel) return channel.close();
    this.#channel = channel;
    channel.onMessage.subscribe((data) => this.#onMessage(data));
    const sayAll = () => {
      if (channel.readyState === "open") for (const text of this.#unsaid.splice(0)) channel.send(text);
    };
    channel.stateChanged.subscribe(sayAll);
    sayAll();
  }

  #tellConnected(): void {
    if (this.#isOver || this.#isConnected) return;
    if (this.#dtls.state !== "connected") return;
    this.#isConnected = true;
    this.#heardAtMs = performance.now();
    this.#events.connected();
    this.#tellBandwidth();
  }

  #onMessage(data: string | Buffer): void {
    if (this.#isOver) return;
    this.#heardAtMs = performance.now();
    const message = typeof data === "string" && data.length <= MESSAGE_CHARS ? readInput(data) : undefined;
    if (message) return this.#events.message(message);
    this.#misunderstood += 1;
    if (this.#misunderstood > MISUNDERSTOOD) this.fail("the viewer speaks another protocol");
  }

  #onRtcp(packet: RtcpPacket): void {
    if (this.#isOver) return;
    this.#heardAtMs = performance.now();
    if (packet.type === RTCP_TRANSPORT_FEEDBACK) {
      const { feedback } = packet;
      if (!feedback) return;
      if (feedback.count === FEEDBACK.nack) {
        const { lost } = feedback as unknown as { lost: number[] };
        const sequences = lost.map((sequence) => sequence & 0xffff);
        this.#repeat(this.#sender.repeats(sequences, performance.now()));
      }
      if (feedback.count === FEEDBACK.transport) this.#onFeedback(feedback as unknown as TransportFeedback);
    } else if (packet.type === RTCP_PAYLOAD_FEEDBACK) {
      const count = packet.feedback?.count;
      if (count === FEEDBACK.pictureLoss || count === FEEDBACK.fullIntra) this.#onPictureLost();
    }
  }

  /**
   * Browsers ask for a picture when none came for three seconds. Of a screen that stands still none comes, and what they
   * have is whole: a key frame each time would cost more than all else.
   */
  #onPictureLost(): void {
    const isStill = performance.now() - this.#sentAtMs > STILL_MS;
    if (isStill && this.#hasFeedback && this.#sender.isAllThere) return;
    this.#events.keyFrameWanted();
  }

  #repeat(packets: readonly RtpPacketOut[]): void {
    for (const packet of packets) this.#pacer.pushUrgent(packet, packet.payload.length);
  }

  #onFeedback(feedback: TransportFeedback): void {
    const reports = readFeedback(feedback);
    const lost: number[] = [];
    for (const { sequence, arrivedAtMs } of reports) {
      if (arrivedAtMs === undefined) lost.push(sequence);
      else this.#sender.confirm(sequence);
    }
    this.#repeat(this.#sender.repeatsOfLost(lost, performance.now()));
    this.#congestion.onFeedback(reports, performance.now());
    this.#pacer.kbps = this.#congestion.kbps * PACE;
    this.#tellBandwidth();
    this.#tellReady();
  }

  #send(packet: RtpPacketOut): void {
    const nowMs = performance.now();
    this.#sentAtMs = nowMs;
    const { transportSequence, bytes } = this.#sender.send(packet);
    if (this.#hasFeedback) this.#congestion.onSent(transportSequence, bytes, nowMs);
  }

  #tellReady(): void {
    if (!this.#wasFull || !this.#isConnected) return;
    this.#wasFull = false;
    if (this.isReady) this.#events.ready();
  }

  #tellBandwidth(): void {
    const { kbps } = this.#congestion;
    if (!this.#isConnected || Math.abs(kbps - this.#toldKbps) < this.#toldKbps * 0.03) return;
    this.#toldKbps = kbps;
    this.#events.bandwidth(kbps);
  }

  #look(openedAtMs: number): void {
    const nowMs = performance.now();
    if (!this.#isConnected) {
      if (nowMs - openedAtMs > CONNECT_TIMEOUT_MS) this.fail("no way to the viewer was found in time");
      return;
    }
    if (nowMs - this.#heardAtMs > SILENCE_MS) return this.fail("the viewer went silent");
    this.#congestion.forgetBefore(nowMs - UNREPORTED_MS);
    this.#sender.sendReport(nowMs * 1_000);
    this.#tellReady();
  }
}
