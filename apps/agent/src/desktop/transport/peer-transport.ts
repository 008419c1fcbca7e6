/** How video and messages reach one viewer, and its messages come back: WebRTC, or a stream through the control plane. */
import type { DesktopInput, DesktopOutput } from "@sallyport/protocol";
import type { EncodedFrame } from "../video/video-encoder.ts";

export interface TransportEvents {
  /** Frames and messages can be sent from now on. Once for each time it was (re)connected. */
  connected(): void;
  message(message: DesktopInput): void;
  /** The viewer cannot decode what it has: the next frame must stand by itself. */
  keyFrameWanted(): void;
  /** What the line bears now, in kbit/s. */
  bandwidth(kbps: number): void;
  /** There is room for a frame again after `isReady` was false. */
  ready(): void;
  /** It is over and will not come back. Once, and nothing after it. */
  closed(reason: string): void;
}

export interface PeerTransport {
  /** What a viewer is told about it. */
  readonly kind: "webrtc" | "stream";
  /** Whether a frame that is captured now would be sent now. A late frame is never queued: it is not captured. */
  readonly isReady: boolean;
  sendFrame(frame: EncodedFrame): void;
  sendMessage(message: DesktopOutput): void;
  close(reason: string): void;
}
