/**
 * A machine that shows a desktop, for tests of the viewer: a real link, a real WebRTC peer (werift), real H.264. What the
 * viewer sends is recorded; what the machine says is the test's to say.
 */
import { randomInt } from "node:crypto";
import {
  DesktopCandidate,
  type DesktopFacts,
  DesktopInput,
  DesktopOffer,
  type DesktopOutput,
  desktopApi,
  encodeDesktopMessage,
  encodeVideoFrame,
  type Registration,
} from "@sallyport/protocol";
import { MediaStreamTrack, type RTCDataChannel, RTCPeerConnection, RtpHeader, RtpPacket, useH264 } from "werift";
import { MachineLink, type VerifiedCommand } from "./live-ends.ts";
import { payloadsOf } from "./rtp-h264.ts";
import type { System } from "./system.ts";
import { type AccessUnit, encodeTestPicture, PICTURE } from "./test-picture.ts";

const FRAMES_PER_SECOND = 20;
const RTP_CLOCK = 90_000;

export const SCREEN: Extract<DesktopOutput, { type: "screen" }> = {
  type: "screen",
  displays: [
    { id: "one", name: "Built-in", x: 0, y: 0, ...PICTURE, primary: true },
    { id: "two", name: "DP-1", x: 800, y: 0, width: 1280, height: 720, primary: false },
  ],
  shown: "one",
  resolutions: [
    { width: 1280, height: 720 },
    { width: 800, height: 600 },
    { width: 640, height: 480 },
  ],
};

export const RIGHTS: Extract<DesktopOutput, { type: "rights" }> = {
  type: "rights",
  input: true,
  clipboard: { to_machine: true, from_machine: true, max_bytes: 100_000 },
};

let pictures: Promise<AccessUnit[]> | undefined;

export class DesktopMachine {
  readonly registration: Registration;
  readonly inputs: DesktopInput[] = [];
  offers = 0;
  /** What is said when a viewer comes. */
  greeting: DesktopOutput[] = [SCREEN, RIGHTS];
  /** Set to answer no offer, or to refuse it in words. */
  mood: "answer" | "silent" | { refusal: string } = "answer";
  /** Answers, and sends no video: as where UDP is blocked. */
  showsVideo = true;
  readonly #system: System;
  readonly #pictures: AccessUnit[];
  #link: MachineLink | undefined;
  #peer: RTCPeerConnection | undefined;
  #channel: RTCDataChannel | undefined;
  #timer: NodeJS.Timeout | undefined;
  #answered: { sdp_offer: string; sdp_answer: string } | undefined;
  #heard = 0;
  #obeying: Promise<void> = Promise.resolve();

  private constructor(system: System, registration: Registration, units: AccessUnit[]) {
    this.#system = system;
    this.registration = registration;
    this.#pictures = units;
  }

  static async start(system: System, name: string): Promise<DesktopMachine> {
    pictures ??= encodeTestPicture();
    const machine = new DesktopMachine(system, await system.register(name), await pictures);
    await machine.link();
    return machine;
  }

  get id(): string {
    return this.registration.machine_id;
  }

  async link(): Promise<void> {
    this.#link = await MachineLink.open(this.#system.url, this.registration);
    this.#heard = 0;
    this.#link.commands.onPush(() => {
      // One that could not be obeyed does not keep the next ones from it.
      this.#obeying = this.#obeying.then(() => this.#obey()).catch(() => {});
    });
  }

  /** As before the first test. */
  reset(): void {
    this.breakPeer();
    this.inputs.length = 0;
    this.offers = 0;
    this.greeting = [SCREEN, RIGHTS];
    this.mood = "answer";
    this.showsVideo = true;
  }

  /** What it says of its screen from now on. */
  facts(desktop: DesktopFacts): void {
    this.#link?.send({ type: "desktop", desktop });
  }

  say(...messages: DesktopOutput[]): void {
    for (const message of messages) this.#channel?.send(JSON.stringify(message));
  }

  /** Inputs of one kind, in the order in which they came. */
  heard<Type extends DesktopInput["type"]>(type: Type): Extract<DesktopInput, { type: Type }>[] {
    return this.inputs.filter((input): input is Extract<DesktopInput, { type: Type }> => input.type === type);
  }

  /** The desktop process dies; the link stays. */
  breakPeer(): void {
    clearInterval(this.#timer);
    void this.#peer?.close();
    this.#peer = undefined;
    this.#channel = undefined;
  }

  stop(): void {
    this.breakPeer();
    this.#link?.close();
  }

  /** Commands one after the other: a candidate that overtakes its offer is worth nothing. */
  async #obey(): Promise<void> {
    const link = this.#link;
    while (link && this.#heard < link.commands.all.length) {
      const command = link.commands.all[this.#heard] as VerifiedCommand;
      this.#heard += 1;
      if (command.type === "desktop_offer") await this.#answer(command);
      else if (command.type === "desktop_candidate") await this.#candidate(command);
      else if (command.type === "desktop_end") this.breakPeer();
    }
  }

  async #candidate({ payload }: VerifiedCommand): Promise<void> {
    const { candidate } = DesktopCandidate.parse(payload);
    // A name of the browser's own network: to look it up takes ten seconds here, and its packets say it sooner.
    if (!candidate.candidate || candidate.candidate.includes(".local ")) return;
    const { sdpMid, sdpMLineIndex } = candidate;
    const line = { candidate: candidate.candidate, sdpMid: sdpMid ?? "0", sdpMLineIndex: sdpMLineIndex ?? 0 };
    await this.#peer?.addIceCandidate(line).catch(() => {});
  }

  async #answer({ sessionId, payload }: VerifiedCommand): Promise<void> {
    const { sdp_offer } = DesktopOffer.parse(payload);
    // It comes again with a new link; what was answered already is answered again.
    if (this.#peer && this.#answered?.sdp_offer === sdp_offer) {
      return this.#post("answer", sessionId, { sdp_answer: this.#answered.sdp_answer });
    }
    this.offers += 1;
    if (this.mood === "silent") return;
    if (typeof this.mood === "object") {
      const { refusal: reason } = this.mood;
      return this.#link?.send({ type: "refused", session_id: sessionId, code: "NO_DESKTOP", reason });
    }
    this.breakPeer();
    const peer = new RTCPeerConnection({
      codecs: {
        video: [useH264({ parameters: "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1" })],
      },
      // Where there is no other network, as in a container.
      iceAdditionalHostAddresses: ["127.0.0.1"],
      iceUseIpv6: false,
    });
    this.#peer = peer;
    const track = new MediaStreamTrack({ kind: "video" });
    peer.addTransceiver(track, { direction: "sendonly" });
    peer.onDataChannel.subscribe((channel) => {
      this.#channel = channel;
      channel.onMessage.subscribe((data) => this.#hear(String(data)));
      this.say(...this.greeting);
    });
    peer.onIceCandidate.subscribe((candidate) => {
      const { candidate: line, sdpMid, sdpMLineIndex } = candidate?.toJSON() ?? { candidate: "" };
      void this.#post("agent_ice_candidate", sessionId, { candidate: { candidate: line, sdpMid, sdpMLineIndex } });
    });
    peer.connectionStateChange.subscribe((state) => {
      if (state === "connected" && peer === this.#peer && this.showsVideo) this.#show(track);
    });
    await peer.setRemoteDescription({ type: "offer", sdp: sdp_offer });
    // Its own default is a stranger on the network, and an answer waits for him.
    for (const { connection } of peer.iceTransports) Object.assign(connection, { stunServer: undefined });
    const answer = await peer.createAnswer();
    await peer.setLocalDescription(answer);
    const sdp_answer = peer.localDescription?.sdp ?? answer.sdp;
    this.#answered = { sdp_offer, sdp_answer };
    await this.#post("answer", sessionId, { sdp_answer });
  }

  #hear(json: string): void {
    const input = DesktopInput.parse(JSON.parse(json));
    if (input.type === "ping") this.say({ type: "pong", id: input.id });
    else this.inputs.push(input);
  }

  /** The pictures over and over, each round from a frame that stands by itself. */
  #show(track: MediaStreamTrack): void {
    clearInterval(this.#timer);
    let sequenceNumber = randomInt(0x8000);
    let timestamp = randomInt(0x8000_0000);
    let at = 0;
    this.#timer = setInterval(() => {
      const unit = this.#pictures[at];
      at = (at + 1) % this.#pictures.length;
      if (!unit) return;
      const payloads = payloadsOf(unit.data);
      timestamp = (timestamp + RTP_CLOCK / FRAMES_PER_SECOND) >>> 0;
      payloads.forEach((payload, index) => {
        sequenceNumber = (sequenceNumber + 1) & 0xffff;
        const marker = index === payloads.length - 1;
        track.writeRtp(
          new RtpPacket(new RtpHeader({ sequenceNumber, timestamp, marker, payloadType: 96, ssrc: 1 }), payload),
        );
      });
    }, 1_000 / FRAMES_PER_SECOND);
  }

  async #post(action: string, session_id: string, fields: object): Promise<void> {
    const body = JSON.stringify({ action, node_key: this.registration.node_key, session_id, ...fields });
    const headers = { "content-type": "application/json" };
    await fetch(`${this.#system.url}${desktopApi.path}`, { method: "POST", headers, body });
  }
}

/** The same pictures and words as the binary messages of a stream. */
export async function streamMessages(): Promise<{ greeting: Buffer[]; frame: (number: number) => Buffer }> {
  pictures ??= encodeTestPicture();
  const units = await pictures;
  return {
    greeting: [SCREEN, RIGHTS].map((message) => Buffer.from(encodeDesktopMessage(JSON.stringify(message)))),
    frame: (number) => {
      const unit = units[number % units.length];
      if (!unit) throw new Error("no picture");
      const frame = { ...unit, number, timeUs: number * 50_000, ...PICTURE };
      return Buffer.from(encodeVideoFrame(frame));
    },
  };
}
