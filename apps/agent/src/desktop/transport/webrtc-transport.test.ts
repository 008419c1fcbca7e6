import type { DesktopInput, DesktopOutput, IceCandidate } from "@sallyport/protocol";
import { afterEach, expect, test } from "vitest";
import {
  type RTCDataChannel,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  RTP_EXTENSION_URI,
  type RtpPacket,
  useH264,
  useNACK,
  usePLI,
  useTWCC,
} from "werift";
import { createLogger } from "../../platform/logger.ts";
import { answerOffer } from "./webrtc-transport.ts";

const logger = createLogger({ level: "silent", write: () => {} });
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A viewer as a browser is one: it takes video, makes the data channel, and sends its addresses as it finds them. */
async function start({ hostile = [] }: { hostile?: string[] } = {}) {
  const viewer = new RTCPeerConnection({
    bundlePolicy: "max-bundle",
    codecs: {
      audio: [],
      video: [
        useH264({ rtcpFeedback: [useNACK(), usePLI(), useTWCC()] }),
        new RTCRtpCodecParameters({ mimeType: "video/rtx", clockRate: 90_000 }),
      ],
    },
    headerExtensions: { video: [new RTCRtpHeaderExtensionParameters({ uri: RTP_EXTENSION_URI.transportWideCC })] },
    iceServers: [],
  });
  cleanups.push(() => viewer.close());
  const channel: RTCDataChannel = viewer.createDataChannel("desktop");
  const { receiver } = viewer.addTransceiver("video", { direction: "recvonly" });
  const packets: RtpPacket[] = [];
  const heard: DesktopOutput[] = [];
  const told: { what: string; value?: unknown }[] = [];
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const waiter of waiting.splice(0)) waiter();
  };
  const tell = (what: string, value?: unknown) => {
    told.push({ what, value });
    wake();
  };
  viewer.onTrack.subscribe((track) =>
    track.onReceiveRtp.subscribe((packet) => {
      packets.push(packet);
      wake();
    }),
  );
  channel.onMessage.subscribe((data) => {
    heard.push(JSON.parse(data.toString()) as DesktopOutput);
    wake();
  });
  const early: IceCandidate[] = [];
  viewer.onIceCandidate.subscribe((found) => found && early.push(found as IceCandidate));
  for (const transport of viewer.iceTransports) Object.assign(transport.connection, { stunServer: undefined });
  await viewer.setLocalDescription(await viewer.createOffer());
  const ours: IceCandidate[] = [];
  let isAnswered = false;
  const { transport, sdpAnswer } = await answerOffer({
    sdpOffer: viewer.localDescription?.sdp ?? "",
    iceServers: [],
    candidate: (candidate) => {
      if (isAnswered) void viewer.addIceCandidate(candidate as never);
      else ours.push(candidate);
    },
    logger,
    events: {
      connected: () => tell("connected"),
      message: (message) => tell("message", message),
      keyFrameWanted: () => tell("keyFrameWanted"),
      bandwidth: (kbps) => tell("bandwidth", kbps),
      ready: () => tell("ready"),
      closed: (reason) => tell("closed", reason),
    },
  });
  cleanups.push(() => transport.close("the test is over"));
  await viewer.setRemoteDescription({ type: "answer", sdp: sdpAnswer });
  isAnswered = true;
  for (const candidate of ours) await viewer.addIceCandidate(candidate as never);
  for (const address of hostile) {
    transport.addCandidate({ candidate: `candidate:1 1 udp 2122260223 ${address} typ host`, sdpMLineIndex: 0 });
  }
  for (const candidate of early) transport.addCandidate(candidate);
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const has = (what: string) => told.some((one) => one.what === what);
  return { viewer, channel, receiver, transport, sdpAnswer, packets, heard, told, until, has };
}

const FRAME = {
  data: Uint8Array.from([0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 1, 0x65, ...new Array<number>(20_000).fill(7)]),
  isKey: true,
  timeUs: 5_000_000,
  width: 64,
  height: 64,
  quality: 24,
};

test("a frame reaches the viewer whole, messages go both ways, and a lost picture is asked for", async () => {
  const { receiver, channel, transport, packets, heard, told, until, has } = await start();
  expect(transport.isReady).toBe(false);
  await until(() => has("connected"));
  expect(transport.isReady).toBe(true);
  transport.sendFrame(FRAME);
  await until(() => packets.at(-1)?.header.marker === true);
  const payload = packets.reduce((sum, packet) => sum + packet.payload.length, 0);
  expect(payload).toBeGreaterThan(20_000);
  expect(new Set(packets.map(({ header }) => header.timestamp))).toEqual(new Set([450_000]));

  transport.sendMessage({ type: "pong", id: 4 });
  await until(() => heard.length === 1);
  expect(heard).toEqual([{ type: "pong", id: 4 }]);
  const message: DesktopInput = { type: "pointer", x: 5, y: 6, buttons: 1 };
  channel.send("no message");
  channel.send(JSON.stringify({ ...message, buttons: 99 }));
  channel.send(JSON.stringify(message));
  await until(() => has("message"));
  expect(told.filter(({ what }) => what === "message")).toEqual([{ what: "message", value: message }]);

  // Of a screen that stands still none would be sent.
  transport.sendFrame(FRAME);
  await receiver.sendRtcpPLI(packets[0]?.header.ssrc ?? 0);
  await until(() => has("keyFrameWanted"));
});

test("no more is captured while what was captured last is still to be sent, and then it is", async () => {
  const { transport, until, has } = await start();
  await until(() => has("connected"));
  let frames = 0;
  while (transport.isReady && frames < 100) {
    transport.sendFrame({ ...FRAME, data: Uint8Array.from([0, 0, 1, 0x65, ...new Array<number>(60_000).fill(7)]) });
    frames += 1;
  }
  expect(frames).toBeLessThan(10);
  await until(() => has("ready"));
  expect(transport.isReady).toBe(true);
});

test("nobody but named servers is asked for addresses, and the viewer begins the handshake", async () => {
  const { viewer, sdpAnswer } = await start();
  expect(sdpAnswer).toContain("a=setup:passive");
  expect(sdpAnswer).not.toContain("a=recvonly");
  expect(viewer.signalingState).toBe("stable");
  await expect(
    answerOffer({
      sdpOffer: "v=0\r\ns=-\r\n",
      iceServers: [],
      candidate: () => {},
      logger,
      events: {} as never,
    }),
  ).rejects.toThrow("exactly one video");
});

test("addresses that cannot be sent to do no harm", async () => {
  const { transport, until, has } = await start({
    hostile: ["240.0.0.1 9", "255.255.255.255 9", "0.0.0.0 9", "224.0.0.251 5353", "::1 9", "fe80::1 9", "a.example 9"],
  });
  await until(() => has("connected"));
  transport.sendFrame(FRAME);
  expect(transport.isReady).toBe(true);
});

test("a viewer that goes is told of once", async () => {
  const { viewer, transport, told, until, has } = await start();
  await until(() => has("connected"));
  await viewer.close();
  transport.fail("the viewer has gone");
  transport.fail("again");
  expect(told.filter(({ what }) => what === "closed")).toHaveLength(1);
  expect(transport.isReady).toBe(false);
});
