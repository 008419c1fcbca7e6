import { expect, test } from "vitest";
import { figuresOf, sampleOf } from "./peer-figures.ts";

const reports = (inbound: object, local: object = {}, remote: object = {}) => [
  { id: "i", type: "inbound-rtp", kind: "video", codecId: "c", timestamp: 1_000, ...inbound },
  { id: "c", type: "codec", mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1;profile-level-id=42e01f" },
  { id: "t", type: "transport", selectedCandidatePairId: "p" },
  { id: "p", type: "candidate-pair", localCandidateId: "l", remoteCandidateId: "r" },
  { id: "l", type: "local-candidate", candidateType: "host", protocol: "udp", ...local },
  { id: "r", type: "remote-candidate", candidateType: "srflx", ...remote },
];

test("rates are of what happened between two looks", () => {
  const before = sampleOf(reports({ framesDecoded: 10, bytesReceived: 1_000, packetsReceived: 90, packetsLost: 0 }));
  const now = sampleOf(
    reports({
      timestamp: 3_000,
      framesDecoded: 60,
      bytesReceived: 251_000,
      packetsReceived: 185,
      packetsLost: 5,
      frameWidth: 1920,
      frameHeight: 1080,
    }),
  );
  expect(figuresOf(now, before)).toEqual({
    framesPerSecond: 25,
    kbps: 1_000,
    lossPercent: 5,
    width: 1920,
    height: 1080,
    codec: "H.264 Baseline 3.1",
    path: "direct over UDP",
  });
});

test("the first look has no rates, and nothing at all is no error", () => {
  expect(figuresOf(sampleOf(reports({})), undefined)).toEqual({ codec: "H.264 Baseline 3.1", path: "direct over UDP" });
  expect(figuresOf(sampleOf([]), sampleOf([]))).toEqual({});
});

test("a packet that arrived after all is no negative loss", () => {
  const before = sampleOf(reports({ packetsReceived: 10, packetsLost: 5 }));
  const now = sampleOf(reports({ timestamp: 2_000, packetsReceived: 20, packetsLost: 3 }));
  expect(figuresOf(now, before).lossPercent).toBe(0);
});

test.each([
  ["through TURN over TLS", { candidateType: "relay", relayProtocol: "tls" }, {}],
  ["through the machine's TURN", {}, { candidateType: "relay" }],
  ["direct over TCP", { protocol: "tcp" }, {}],
])("the path: %s", (path, local, remote) => {
  expect(figuresOf(sampleOf(reports({}, local, remote)), undefined).path).toBe(path);
});
