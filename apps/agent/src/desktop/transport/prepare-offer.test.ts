import { expect, test } from "vitest";
import { prepareOffer } from "./prepare-offer.ts";

const HEAD = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"];
const DATA = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:1", "a=sctp-port:5000"];
const VIDEO = [
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 108 109 110",
  "a=mid:0",
  "a=rtpmap:96 VP8/90000",
  "a=rtcp-fb:96 nack",
  "a=rtpmap:97 rtx/90000",
  "a=fmtp:97 apt=96",
  "a=rtpmap:102 H264/90000",
  "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
  "a=rtpmap:103 rtx/90000",
  "a=fmtp:103 apt=102",
  "a=rtpmap:108 H264/90000",
  "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f",
  "a=rtpmap:109 H264/90000",
  "a=rtcp-fb:109 nack pli",
  "a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
  "a=rtpmap:110 rtx/90000",
  "a=fmtp:110 apt=109",
];
const sdpOf = (...lines: string[][]) => `${lines.flat().join("\r\n")}\r\n`;

test("constrained baseline in fragments, and its retransmissions, are what remains of the codecs", () => {
  const { sdp, payloadType, rtxPayloadType } = prepareOffer(sdpOf(HEAD, VIDEO, DATA));
  expect({ payloadType, rtxPayloadType }).toEqual({ payloadType: 109, rtxPayloadType: 110 });
  expect(sdp).toContain("m=video 9 UDP/TLS/RTP/SAVPF 109 110\r\n");
  expect(sdp).toContain("a=rtcp-fb:109 nack pli\r\n");
  expect(sdp).not.toMatch(/a=(rtpmap|fmtp|rtcp-fb):(96|97|102|103|108)\b/);
  expect(sdp).toContain("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n");
});

test("addresses that only multicast DNS knows are left out, and that no more will come", () => {
  const candidates = [
    "a=candidate:1 1 udp 2122260223 7d0cbc4e-f7b5-4a3f-9c3f-0f7f0f7f0f7f.local 50000 typ host",
    "a=candidate:2 1 udp 2122260222 192.0.2.7 50001 typ host",
    "a=end-of-candidates",
  ];
  const { sdp } = prepareOffer(sdpOf(HEAD, [...VIDEO, ...candidates], DATA));
  expect(sdp).not.toContain(".local");
  expect(sdp).not.toContain("end-of-candidates");
  expect(sdp).toContain("192.0.2.7");
});

test("an offer that cannot be answered is refused in words", () => {
  expect(() => prepareOffer(sdpOf(HEAD, DATA))).toThrow("exactly one video");
  expect(() => prepareOffer(sdpOf(HEAD, VIDEO, VIDEO))).toThrow("exactly one video");
  expect(() => prepareOffer(sdpOf(HEAD, VIDEO.slice(0, 6), DATA))).toThrow("no H.264");
  expect(() => prepareOffer(sdpOf(HEAD, ["m=audio 9 UDP/TLS/RTP/SAVPF 111"], VIDEO))).toThrow("more than a screen");
});
