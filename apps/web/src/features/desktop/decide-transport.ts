/** How a picture reaches this page: directly from the machine, or through the control plane. Pure. */
import { t } from "../../lib/texts.ts";

/** `webrtc` is the fast one; `stream` passes wherever this page passed. */
export type Path = "webrtc" | "stream";

/** What this browser can do. */
export interface Abilities {
  /** It has WebRTC. */
  peer: boolean;
  /** Its WebRTC shows H.264, which is what machines send. */
  peerH264: boolean;
  /** It has WebCodecs, which exist on https and on this very machine only. */
  decoder: boolean;
  isSecureContext: boolean;
}

export type TransportDecision =
  | { via: "webrtc" }
  /** `because` completes "through the control plane, because …". */
  | { via: "stream"; because: string }
  | { via: "none"; why: string };

export interface TransportFacts {
  abilities: Abilities;
  /** Somebody insists, for support or a test. */
  forced: Path | undefined;
  /** Why the direct way showed nothing the last time it was tried; undefined as long as it was not, or it worked. */
  directFailure: string | undefined;
}

export function decideTransport({ abilities, forced, directFailure }: TransportFacts): TransportDecision {
  const noDirect = whyNoDirect(abilities);
  const noStream = whyNoStream(abilities);
  if (forced === "webrtc") return noDirect ? { via: "none", why: capital(noDirect) } : { via: "webrtc" };
  if (forced === "stream") {
    return noStream
      ? { via: "none", why: capital(noStream) }
      : { via: "stream", because: t("the address asks for it") };
  }
  const because = noDirect ?? directFailure;
  if (because === undefined) return { via: "webrtc" };
  if (noStream === undefined) return { via: "stream", because };
  // Worse than trying the direct way again would be not to try at all.
  return noDirect
    ? { via: "none", why: t("{{noDirect}}, and {{noStream}}", { noDirect: capital(noDirect), noStream }) }
    : { via: "webrtc" };
}

function whyNoDirect({ peer, peerH264 }: Abilities): string | undefined {
  if (!peer) return t("this browser has no WebRTC, or it is switched off");
  return peerH264 ? undefined : t("this browser shows no H.264 by WebRTC");
}

function whyNoStream({ decoder, isSecureContext }: Abilities): string | undefined {
  if (decoder) return undefined;
  return isSecureContext
    ? t("this browser cannot decode video for pages (WebCodecs)")
    : t("browsers decode video for pages on https addresses only");
}

const capital = (words: string): string => `${words[0]?.toUpperCase()}${words.slice(1)}`;

/** What this browser can do. */
export const abilitiesOf = (browser: Window & typeof globalThis): Abilities => ({
  peer: "RTCPeerConnection" in browser,
  peerH264:
    "RTCRtpReceiver" in browser &&
    (browser.RTCRtpReceiver.getCapabilities("video")?.codecs ?? []).some(({ mimeType }) => /\/h264$/i.test(mimeType)),
  decoder: "VideoDecoder" in browser && "EncodedVideoChunk" in browser,
  isSecureContext: browser.isSecureContext,
});
