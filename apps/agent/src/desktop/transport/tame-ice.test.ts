import { expect, test } from "vitest";
import { Event, type RTCDtlsTransport } from "werift";
import { isFromViewer, isUsableCandidate, keepEarlyHandshake } from "./tame-ice.ts";

test("only addresses are candidates: names are looked up for nobody", () => {
  for (const address of ["192.0.2.7", "2001:db8::7"]) {
    expect(isUsableCandidate(`candidate:1 1 udp 2122260223 ${address} 50000 typ host generation 0`)).toBe(true);
    expect(isUsableCandidate(`a=candidate:1 1 UDP 1 ${address} 50000 typ srflx raddr 0.0.0.0 rport 0`)).toBe(true);
  }
  const others = [
    "candidate:1 1 udp 2122260223 7d0cbc4e-f7b5-4a3f-9c3f-0f7f0f7f0f7f.local 50000 typ host",
    "candidate:1 1 udp 2122260223 attacker.example.com 53 typ host",
    "candidate:1 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active",
    "candidate:1 1 udp 2122260223 192.0.2.7 0 typ host",
    "candidate:1 2 udp 2122260223 192.0.2.7 50000 typ host",
    "",
  ];
  for (const line of others) expect(isUsableCandidate(line), line).toBe(false);
});

test("a check of the way names both ends, in this order", () => {
  const names = { localUsername: "ours", remoteUsername: "theirs" };
  expect(isFromViewer("ours:theirs", names)).toBe(true);
  for (const other of ["theirs:ours", "ours:", "ours", "", undefined]) expect(isFromViewer(other, names)).toBe(false);
});

test("what a viewer says before it is listened to is heard then, once, and nothing but its handshake", async () => {
  const onData = new Event<[Buffer]>();
  const onStateChange = new Event<[string]>();
  const dtls = { state: "new", onStateChange, iceTransport: { connection: { onData } } };
  keepEarlyHandshake(dtls as unknown as RTCDtlsTransport);
  const [hello, rest, media, late] = [
    [22, 1],
    [22, 2],
    [0x80, 3],
    [22, 4],
  ].map((bytes) => Buffer.from(bytes));
  for (const packet of [hello, media, rest]) if (packet) onData.execute(packet);
  onStateChange.execute("connecting");
  const heard: Buffer[] = [];
  onData.subscribe((packet) => {
    heard.push(packet);
  });
  await new Promise(setImmediate);
  if (late) onData.execute(late);
  onStateChange.execute("connected");
  await new Promise(setImmediate);
  expect(heard).toEqual([hello, rest, late]);
});
