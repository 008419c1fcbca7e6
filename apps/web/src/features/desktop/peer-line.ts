import type { DesktopInput, IceCandidate, IceServer } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";
import { CONGESTED_BYTES, type LineEvents, type LineFigures, type OfferedLine, readOutput } from "./desktop-line.ts";
import { figuresOf, type StatsSample, sampleOf } from "./peer-figures.ts";

export interface PeerLineOptions extends LineEvents {
  iceServers: readonly IceServer[];
  /** The description to send to the machine; once. */
  offer(sdp: string): void;
  candidate(candidate: IceCandidate): void;
}

/** A connection that was there may find another way by itself; after this long it will not. */
const LOST_FOR_MS = 3_000;

/** A picture by WebRTC: video as a track, messages on a channel of ours. */
export class PeerLine implements OfferedLine {
  readonly via = "webrtc";
  readonly element = document.createElement("video");
  readonly #options: PeerLineOptions;
  readonly #peer: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  /** What came before the answer. */
  #early: IceCandidate[] | undefined = [];
  #unsent: DesktopInput[] = [];
  #lost: ReturnType<typeof setTimeout> | undefined;
  #sample: StatsSample | undefined;
  #isOver = false;

  constructor(options: PeerLineOptions) {
    this.#options = options;
    this.#peer = new RTCPeerConnection({
      iceServers: options.iceServers.map(({ urls, username = "", credential = "" }) => ({
        urls,
        username,
        credential,
      })),
      bundlePolicy: "max-bundle",
    });
    this.#channel = this.#peer.createDataChannel("desktop", { ordered: true });
    this.#prepareElement();
    this.#listen();
    void this.#offer();
  }

  get isCongested(): boolean {
    return this.#channel.bufferedAmount > CONGESTED_BYTES;
  }

  send(message: DesktopInput): void {
    if (this.#channel.readyState === "open") this.#channel.send(JSON.stringify(message));
    else if (this.#channel.readyState === "connecting") this.#unsent.push(message);
  }

  answer(sdp: string): void {
    if (this.#peer.signalingState !== "have-local-offer") return;
    this.#peer.setRemoteDescription({ type: "answer", sdp }).then(
      () => {
        const early = this.#early ?? [];
        this.#early = undefined;
        for (const candidate of early) this.#add(candidate);
      },
      () => this.#fail(t("the machine's answer could not be understood")),
    );
  }

  candidate(candidate: IceCandidate): void {
    if (this.#early) this.#early.push(candidate);
    else this.#add(candidate);
  }

  async figures(): Promise<LineFigures> {
    const before = this.#sample;
    this.#sample = sampleOf([...(await this.#peer.getStats()).values()]);
    return figuresOf(this.#sample, before);
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#lost);
    this.#channel.close();
    this.#peer.close();
    this.element.srcObject = null;
  }

  #prepareElement(): void {
    const video = this.element;
    video.muted = true;
    video.autoplay = true;
    video.playsInline = true;
    video.disablePictureInPicture = true;
    // The first frame is there. A callback per frame would not come while nothing of the video is in sight.
    video.addEventListener("loadeddata", () => {
      if (!this.#isOver) this.#options.picture();
    });
  }

  #listen(): void {
    const peer = this.#peer;
    peer.ontrack = ({ track, receiver }) => {
      showAtOnce(receiver);
      this.element.srcObject = new MediaStream([track]);
      // Muted video may always play; a page that goes away meanwhile rejects, and nobody cares.
      this.element.play().catch(() => {});
    };
    peer.onicecandidate = ({ candidate }) => {
      if (this.#isOver) return;
      const { candidate: line = "", sdpMid, sdpMLineIndex, usernameFragment } = candidate?.toJSON() ?? {};
      this.#options.candidate({ candidate: line, sdpMid, sdpMLineIndex, usernameFragment });
    };
    peer.onconnectionstatechange = () => {
      clearTimeout(this.#lost);
      const state = peer.connectionState;
      if (state === "failed") this.#fail(t("no way to the machine was found, or it broke"));
      else if (state === "closed") this.#fail(t("the connection was closed"));
      else if (state === "disconnected") {
        this.#lost = setTimeout(() => this.#fail(t("the machine is not heard any more")), LOST_FOR_MS);
      }
    };
    this.#channel.onopen = () => {
      for (const message of this.#unsent.splice(0)) this.#channel.send(JSON.stringify(message));
    };
    this.#channel.onmessage = ({ data }) => {
      const message = this.#isOver || typeof data !== "string" ? undefined : readOutput(data);
      if (message) this.#options.message(message);
    };
    this.#channel.onclose = () => this.#fail(t("the machine closed the connection"));
  }

  async #offer(): Promise<void> {
    try {
      const { receiver } = preferH264(this.#peer.addTransceiver("video", { direction: "recvonly" }));
      showAtOnce(receiver);
      const { sdp = "" } = await this.#peer.createOffer();
      if (this.#isOver) return;
      await this.#peer.setLocalDescription({ type: "offer", sdp });
      if (!this.#isOver) this.#options.offer(sdp);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : t("the browser made no offer"));
    }
  }

  #add(candidate: IceCandidate): void {
    // An empty one says that there are no more. One that does not fit is worth nothing, and no reason to give up.
    this.#peer.addIceCandidate(candidate.candidate ? (candidate as RTCIceCandidateInit) : undefined).catch(() => {});
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // First, because whoever hears it may want to keep the last picture.
    this.#options.failed(reason);
    this.close();
  }
}

/** Waits for no more than what has arrived: late pictures of a desktop are worse than few. */
function showAtOnce(receiver: RTCRtpReceiver): void {
  Object.assign(receiver, { playoutDelayHint: 0 });
  if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
}

function preferH264(transceiver: RTCRtpTransceiver): RTCRtpTransceiver {
  const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  const isH264 = ({ mimeType }: { mimeType: string }) => /\/h264$/i.test(mimeType);
  transceiver.setCodecPreferences([...codecs.filter(isH264), ...codecs.filter((codec) => !isH264(codec))]);
  return transceiver;
}
