import { expect, test } from "vitest";
import type { RTCDtlsTransport, RtpHeader } from "werift";
import { RtpSender } from "./rtp-sender.ts";

/** Where packets go. */
function line() {
  const sent: { header: RtpHeader; payload: Buffer }[] = [];
  const transport = { sendRtp: async (payload: Buffer, header: RtpHeader) => sent.push({ payload, header }) };
  return { sent, transport: transport as unknown as RTCDtlsTransport };
}

const STREAM = {
  payloadType: 109,
  ssrc: 1,
  rtx: { payloadType: 110, ssrc: 2 },
  extensions: { transportSequence: 3, playoutDelay: 6 },
};
const frame = (bytes: number, timeUs = 1_000_000) => ({
  data: Uint8Array.from([0, 0, 0, 1, 0x65, ...new Array<number>(bytes).fill(9)]),
  isKey: true,
  timeUs,
  width: 8,
  height: 8,
  quality: 24,
});

test("the packets of a frame follow each other, have one time, and the last one says so", () => {
  const { sent, transport } = line();
  const sender = new RtpSender(STREAM, transport);
  const packets = [...sender.packetize(frame(5_000)), ...sender.packetize(frame(10, 2_000_000))];
  const numbers = packets.map((packet) => sender.send(packet).transportSequence);
  expect(numbers).toEqual([1, 2, 3, 4, 5, 6]);
  const headers = sent.map(({ header }) => header);
  const [first] = headers;
  headers.forEach((header, index) => {
    expect(header.sequenceNumber).toBe((first?.sequenceNumber ?? 0) + index);
    expect(header.extensions.map(({ id, payload }) => [id, payload.toString("hex")])).toEqual([
      [3, (index + 1).toString(16).padStart(4, "0")],
      [6, "000000"],
    ]);
  });
  expect(headers.map(({ marker }) => marker)).toEqual([false, false, false, false, true, true]);
  expect(headers.map(({ timestamp }) => timestamp)).toEqual([...new Array<number>(5).fill(90_000), 180_000]);
});

test("a packet that is asked for again is sent on the stream for that, with its old number in front", () => {
  const { sent, transport } = line();
  const sender = new RtpSender(STREAM, transport);
  const [packet] = sender.packetize(frame(10));
  if (!packet) throw new Error("a frame has a packet");
  sender.send(packet);
  // One that was never sent cannot be repeated.
  expect(sender.repeats([packet.sequence + 1], 50)).toEqual([]);
  const repeats = sender.repeats([packet.sequence], 50);
  expect(repeats).toHaveLength(1);
  for (const repeat of repeats) sender.send(repeat);
  // It is on its way.
  expect(sender.repeats([packet.sequence], 53)).toEqual([]);
  expect(sender.repeats([packet.sequence], 60)).toHaveLength(1);
  const [original, repeated] = sent;
  expect(repeated?.header).toMatchObject({ ssrc: 2, payloadType: 110, timestamp: 90_000 });
  expect(repeated?.payload.readUInt16BE(0)).toBe(packet.sequence);
  expect(repeated?.payload.subarray(2)).toEqual(original?.payload);
});

test("what a report says is lost is repeated at once, each time that it is lost, until it is there or not needed", () => {
  const { transport } = line();
  const sender = new RtpSender(STREAM, transport);
  const [packet] = sender.packetize(frame(10));
  if (!packet) throw new Error("a frame has a packet");
  const first = sender.send(packet).transportSequence;
  const [repeat] = sender.repeatsOfLost([first], 100);
  expect(repeat).toMatchObject({ sequence: packet.sequence, isRepeat: true });
  if (!repeat) throw new Error("it is repeated");
  const second = sender.send(repeat).transportSequence;
  // Another report of the first one says nothing of the second.
  expect(sender.repeatsOfLost([first], 200)).toEqual([]);
  const [third] = sender.repeatsOfLost([second], 200);
  if (!third) throw new Error("it is repeated again");
  sender.confirm(sender.send(third).transportSequence);
  expect(sender.repeatsOfLost([first, second], 300)).toEqual([]);
  // A key frame needs nothing that came before it; what was never sent is nothing.
  const [old] = sender.packetize({ ...frame(10), isKey: false });
  if (!old) throw new Error("a frame has a packet");
  const { transportSequence } = sender.send(old);
  sender.packetize(frame(10));
  expect(sender.repeatsOfLost([transportSequence, 9_999], 400)).toEqual([]);
});

test("two thousand packets are remembered, and not for ever", () => {
  const { transport } = line();
  const sender = new RtpSender(STREAM, transport);
  const packets = Array.from({ length: 2_100 }, () => sender.packetize(frame(10))).flat();
  for (const packet of packets) sender.send(packet);
  const sequences = packets.map(({ sequence }) => sequence);
  expect(sender.repeats(sequences.slice(0, 52), 100)).toEqual([]);
  expect(sender.repeats(sequences.slice(52), 100)).toHaveLength(2_048);
});

test("it knows whether the viewer has all that it needs", () => {
  const { transport } = line();
  const sender = new RtpSender(STREAM, transport);
  const send = (bytes: number, isKey: boolean) =>
    sender.packetize({ ...frame(bytes), isKey }).map((packet) => ({ packet, ...sender.send(packet) }));
  const [first, second] = send(2_000, true);
  if (!first || !second) throw new Error("a large frame has several packets");
  expect(sender.isAllThere).toBe(false);
  sender.confirm(first.transportSequence);
  expect(sender.isAllThere).toBe(false);
  // The second was lost, and arrives when it is repeated.
  const [repeat] = sender.repeats([second.packet.sequence], 100);
  if (repeat) sender.confirm(sender.send(repeat).transportSequence);
  expect(sender.isAllThere).toBe(true);
  send(10, false);
  expect(sender.isAllThere).toBe(false);
  // What came before a key frame is not needed any more.
  for (const { transportSequence } of send(10, true)) sender.confirm(transportSequence);
  expect(sender.isAllThere).toBe(true);
});
