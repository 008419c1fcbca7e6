import { randomBytes, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AttachShell,
  encodeFrame,
  encodeWindow,
  FrameKind,
  OUTPUT_FRAME_BYTES,
  OUTPUT_RETAIN_BYTES,
  OUTPUT_RING_BYTES,
  OUTPUT_WINDOW_BYTES,
  STREAM_DETACHED_CLOSE,
} from "@sallyport/protocol";
import headless from "@xterm/headless";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive } from "../platform/processes.ts";
import type { FakeStream } from "../testing/fake-stream.ts";
import { TestHost } from "../testing/test-host.ts";

let host: TestHost;
beforeEach(async () => {
  host = await new TestHost().start();
});
afterEach(() => host.stop());

/** Opens a shell and waits until its stream is attached. */
async function aShell(over: Partial<AttachShell> = {}): Promise<FakeStream> {
  const sessionId = randomUUID();
  host.spawn(sessionId, over);
  const stream = await host.control.streams.next();
  await stream.attached();
  return stream;
}

/** A shell without prompt, echo and line editing: it shows what its programs print, and nothing else. */
async function aQuietShell(over: Partial<AttachShell> = {}): Promise<FakeStream> {
  const stream = await aShell(over);
  stream.type("exec /bin/sh -c 'stty -echo -opost; printf re%s ady; PS1= exec /bin/sh'\n");
  await stream.shows(/ready$/);
  return stream;
}

/** Whatever the host sent before this has arrived after it, because the stream is in order. */
async function roundTrip(stream: FakeStream): Promise<void> {
  stream.type(" ");
  await stream.frame(FrameKind.inputAck);
}

describe("a shell", () => {
  test("opens with the token it was given, echoes what is typed, and tells how its program ended", async () => {
    const stream = await aShell({ stream_token: "one-time", cols: 100, rows: 30 });
    expect(stream.token).toBe("one-time");
    stream.type("echo $((6*7)); stty size\n");
    await stream.shows(/42\r\n30 100\r\n/);
    stream.type("exit 3\n");
    expect(await stream.exit()).toEqual({ exit_code: 3, signal: null, offset: stream.receivedBytes });
    expect(await host.next("session_ended")).toEqual({
      type: "session_ended",
      session_id: stream.sessionId,
      exit: { exit_code: 3, signal: null },
    });
  });

  test("is told of its size, the last one when many come at once", async () => {
    const stream = await aQuietShell();
    for (const cols of [20, 30, 40, 50]) {
      stream.send(stream.sign("terminal_resize", { epoch: 1, cols, rows: 10 }));
    }
    stream.type("trap 'stty size' WINCH; until [ \"$(stty size)\" = '10 50' ]; do :; done; echo settled; stty size\n");
    await stream.shows(/settled\n10 50\n/);
  });

  test("has a size that a terminal may have, whatever is asked for", async () => {
    const stream = await aShell({ cols: 1_000_000, rows: -5 });
    stream.type("stty size\n");
    await stream.shows(/1 1000\r\n/);
  });

  test("acknowledges typed bytes once they are written to the terminal", async () => {
    const stream = await aShell();
    stream.type("abc");
    expect(await stream.frame(FrameKind.inputAck)).toMatchObject({ offset: 3, epoch: 1 });
  });

  test("acknowledges what was typed last before it tells the exit, or the viewer would count it as lost", async () => {
    const stream = await aShell();
    stream.type("exit\n");
    const acknowledged = stream.frame(FrameKind.inputAck);
    await stream.exit();
    expect(await Promise.race([acknowledged, Promise.resolve("none before the exit")])).toMatchObject({ offset: 5 });
  });

  test("inherits nothing secret from the agent", async () => {
    await host.stop();
    host = await new TestHost().start({ ZTNA_AUTH_KEY: "tskey-auth-x", KEPT: "yes" });
    const stream = await aQuietShell();
    stream.type("env; printf 'en%s' d\n");
    const text = await stream.shows(/end$/);
    expect(text).toContain("KEPT=yes");
    expect(text).not.toContain("tskey-auth-x");
  });

  test("is hung up when nobody attaches within the grace", async () => {
    const stream = await aQuietShell({ grace_seconds: 1 });
    stream.type("echo pid=$$.\n");
    const pid = Number(/pid=(\d+)\./.exec(await stream.shows(/pid=\d+\./))?.[1]);
    stream.close(STREAM_DETACHED_CLOSE, "viewer left");
    const { exit } = await host.next("session_ended");
    expect(exit.reason).toBe("nobody attached for 1 s");
    expect(isAlive(pid)).toBe(false);
  });

  test.each<[string, (stream: FakeStream) => void]>([
    ["its viewer leaves", (stream) => stream.close(STREAM_DETACHED_CLOSE, "viewer left")],
    ["its stream is closed normally", (stream) => stream.close(1000)],
    ["its stream breaks off", (stream) => stream.terminate()],
    ["its stream is not understood", (stream) => stream.sendBytes(randomBytes(40))],
  ])("is hung up at once when %s and the grace is 0", async (_, act) => {
    const stream = await aQuietShell({ grace_seconds: 0 });
    act(stream);
    expect((await host.next("session_ended")).exit.reason).toBe("nobody attached for 0 s");
  });

  test("is hung up by a signed end_session, and its viewer sees the end", async () => {
    const stream = await aQuietShell();
    host.command(host.sign("end_session", stream.sessionId, { reason: "the machine was disabled" }));
    expect(await stream.exit()).toMatchObject({ message: "the machine was disabled" });
    expect((await host.next("session_ended")).exit.reason).toBe("the machine was disabled");
  });

  test("is hung up by an end_session that is signed for its stream", async () => {
    const stream = await aQuietShell();
    stream.send(stream.sign("end_session", { epoch: 1, reason: "access was revoked" }));
    expect(await stream.exit()).toMatchObject({ message: "access was revoked" });
    expect((await host.next("session_ended")).exit.reason).toBe("access was revoked");
  });

  test("is not hung up by an end_session for another epoch of its stream, or for none", async () => {
    const stream = await aQuietShell();
    stream.send(stream.sign("end_session", { epoch: 2, reason: "not ours" }));
    stream.send(stream.sign("end_session", { reason: "not ours" }));
    await roundTrip(stream);
    expect((await host.facts())?.sessions).toHaveLength(1);
  });

  test("X-30 is hung up when a link comes whose configuration allows no sessions, as after a restart", async () => {
    const stream = await aQuietShell();
    await host.connect({ sessionEnabled: false });
    expect(await stream.exit()).toMatchObject({ message: expect.stringContaining("this machine's configuration") });
    expect((await host.next("session_ended")).exit.reason).toContain("switched off");
  });

  test("is hung up when the host stops, and its viewer hears why", async () => {
    const stream = await aQuietShell();
    const stopped = host.stop();
    expect(await stream.exit()).toMatchObject({ code: "AGENT_LOST" });
    await stopped;
    host = await new TestHost().start();
  });
});

describe("output", () => {
  test("of 20 MB arrives byte for byte, and the exit after the last of them", async () => {
    const file = join(host.dir.path, "big");
    const bytes = randomBytes(20_000_000);
    writeFileSync(file, bytes);
    const stream = await aQuietShell();
    stream.type(`stty raw; printf 'be%s' gin; exec cat ${file}\n`);
    const { offset } = await stream.exit();
    expect(offset).toBe(stream.receivedBytes);
    const all = Buffer.concat(stream.output);
    const begin = all.indexOf("begin") + "begin".length;
    expect(all.subarray(begin).equals(bytes)).toBe(true);
  });

  test("stops at the window while the viewer draws nothing, and goes on when it does", async () => {
    const stream = await aQuietShell();
    const before = stream.receivedBytes;
    stream.acknowledges = false;
    stream.type("yes\n");
    await stream.receives(before + OUTPUT_WINDOW_BYTES - OUTPUT_FRAME_BYTES + 1);
    for (let round = 0; round < 20; round += 1) await roundTrip(stream);
    expect(stream.receivedBytes - before).toBeLessThanOrEqual(OUTPUT_WINDOW_BYTES);

    const held = (await host.facts())?.sessions[0];
    expect(held?.end).toBeLessThanOrEqual(before + OUTPUT_WINDOW_BYTES + 2 * OUTPUT_FRAME_BYTES);

    stream.acknowledges = true;
    stream.acknowledge(stream.receivedBytes);
    await stream.receives(before + 10 * OUTPUT_WINDOW_BYTES);
    stream.type("\x03printf 'sto%s' pped\n");
    await stream.shows(/stopped$/);
  });

  test("goes up to the window that the viewer asks for", async () => {
    const stream = await aQuietShell();
    const before = stream.receivedBytes;
    stream.acknowledges = false;
    stream.sendBytes(encodeFrame({ kind: FrameKind.ack, epoch: 1, offset: before, payload: encodeWindow(2_000_000) }));
    stream.type("yes\n");
    await stream.receives(before + 2_000_000 - OUTPUT_FRAME_BYTES + 1);
    for (let round = 0; round < 20; round += 1) await roundTrip(stream);
    expect(stream.receivedBytes - before).toBeLessThanOrEqual(2_000_000);
    stream.terminate();
  });

  test("survives a viewer that draws in strange steps", async () => {
    const stream = await aQuietShell();
    const before = stream.receivedBytes;
    stream.acknowledges = false;
    const goal = before + 3 * OUTPUT_WINDOW_BYTES;
    stream.type(`head -c ${3 * OUTPUT_WINDOW_BYTES} /dev/zero\n`);
    for (let drawn = before; drawn < goal; ) {
      await stream.receives(drawn + 1);
      drawn = Math.min(stream.receivedBytes, drawn + 1_013);
      stream.acknowledge(drawn);
      // An old acknowledgement, late: it says nothing new.
      stream.acknowledge(drawn - 1);
    }
    expect(stream.receivedBytes).toBe(goal);
  });
});

describe("a hostile control plane", () => {
  test.each([
    ["forged", (s: FakeStream, p: object) => s.sign("terminal_input", p, { key: "0".repeat(64) })],
    ["for another session", (s: FakeStream, p: object) => s.sign("terminal_input", p, { session: randomUUID() })],
    ["for another epoch's key", (s: FakeStream, p: object) => s.sign("terminal_input", p, { epoch: 2 })],
    ["for another machine", (s: FakeStream, p: object) => s.sign("terminal_input", p, { machineId: randomUUID() })],
    ["without the capability", (s: FakeStream, p: object) => s.sign("terminal_input", p, { capabilities: ["resize"] })],
    ["an hour old", (s: FakeStream, p: object) => s.sign("terminal_input", p, { atMs: Date.now() - 3_600_000 })],
    ["of a type that is not for streams", (s: FakeStream, p: object) => s.sign("spawn_shell", p)],
    ["with another epoch inside", (s: FakeStream, p: object) => s.sign("terminal_input", { ...p, epoch: 2 })],
    ["altered on the way", (s: FakeStream, p: object) => ({ ...s.sign("terminal_input", p), type: "terminal_resize" })],
  ])("types nothing with a message that is %s", async (_, make) => {
    const stream = await aQuietShell();
    const { in_next: typed = 0 } = (await host.facts())?.sessions[0] ?? {};
    const data = Buffer.from("echo evil\n").toString("base64");
    stream.send(make(stream, { epoch: 1, offset: typed, data }));
    stream.type("printf 'go%s' od\n");
    expect(await stream.shows(/good$/)).not.toContain("evil");
  });

  test("types nothing twice by sending a message again", async () => {
    const stream = await aQuietShell();
    const { in_next: offset = 0 } = (await host.facts())?.sessions[0] ?? {};
    const input = (text: string, at: number) => ({ epoch: 1, offset: at, data: Buffer.from(text).toString("base64") });
    const message = stream.sign("terminal_input", input("echo once\n", offset));
    stream.send(message);
    stream.send(message);
    // The same bytes, signed anew as after a resume: known already.
    stream.send(stream.sign("terminal_input", input("echo once\n", offset)));
    // An overlap: only the new part counts.
    stream.send(stream.sign("terminal_input", input("once\necho more\n", offset + 5)));
    const text = await stream.shows(/more\n$/);
    expect(text.match(/once/g)).toHaveLength(1);
  });

  test.each([
    [
      "typed bytes that leave a hole",
      (s: FakeStream) => s.send(s.sign("terminal_input", { epoch: 1, offset: 10_000, data: "QQ==" })),
    ],
    ["an acknowledgement of what was never sent", (s: FakeStream) => s.acknowledge(s.receivedBytes + 1)],
    ["output of its own", (s: FakeStream) => s.sendBytes(encodeFrame({ kind: FrameKind.output, epoch: 1, offset: 0 }))],
    ["noise", (s: FakeStream) => s.sendBytes(randomBytes(40))],
    [
      "forgery upon forgery",
      (s: FakeStream) => {
        for (let n = 0; n < 10; n += 1) s.send({ type: "terminal_input", n });
      },
    ],
  ])("loses its stream with %s", async (_, act) => {
    const stream = await aQuietShell();
    act(stream);
    expect((await stream.closed).code).toBe(4400);
    host.attach(stream.sessionId, { epoch: 2, have: stream.receivedBytes });
    const next = await host.control.streams.next();
    await next.attached();
    next.type("printf 'go%s' on\n");
    await next.shows(/goon$/);
  });

  test("is ignored when it acknowledges for another epoch", async () => {
    const stream = await aQuietShell();
    stream.acknowledge(1_000_000_000, 7);
    await roundTrip(stream);
  });
});

describe("attaching again", () => {
  test("replaces the stream, goes on where the viewer is, and fences the old one off", async () => {
    const first = await aQuietShell({ grace_seconds: 0 });
    const have = first.receivedBytes;
    first.acknowledges = false;
    first.type("echo unseen\n");
    await first.shows(/unseen\n/);
    host.attach(first.sessionId, { epoch: 2, stream_token: "second", have });

    const second = await host.control.streams.next();
    expect(second.token).toBe("second");
    const attached = await second.attached();
    expect(attached).toMatchObject({ start: have, end: have + "unseen\n".length, base: 0 });
    expect(attached).not.toHaveProperty("gap");
    expect(attached).not.toHaveProperty("screen");
    expect(attached.in_next).toBeGreaterThan(0);
    expect(second.epoch).toBe(2);
    expect((await first.closed).code).toBe(4409);
    await second.shows(/^unseen\n$/);
    second.type("echo again\n");
    await second.shows(/again\n/);
  });

  test("sends what is still kept, acknowledged or not, to a viewer that has nothing and wants it all", async () => {
    const first = await aQuietShell();
    await roundTrip(first);
    const seen = Buffer.concat(first.output).toString();
    host.attach(first.sessionId, { epoch: 2, have: 0 });
    const second = await host.control.streams.next();
    expect(await second.attached()).toMatchObject({ start: 0, base: 0 });
    await second.shows(/ready$/);
    expect(Buffer.concat(second.output).toString()).toBe(seen);
  });

  test("shows a viewer that has nothing the screen, then what follows, and nothing of the past", async () => {
    const first = await aQuietShell({ cols: 40, rows: 10 });
    first.type("printf '\\033[2J\\033[5;7Hon the scr%s' een\n");
    await first.shows(/een$/);
    await roundTrip(first);
    host.attach(first.sessionId, { epoch: 2, have: null, cols: 40, rows: 10 });
    const second = await host.control.streams.next();
    const { start, end, base, screen } = await second.attached();
    expect({ start, base, screen }).toEqual({ start: end, base: 0, screen: true });
    expect(end).toBe(first.receivedBytes);
    const drawn = await second.frame(FrameKind.screen);
    expect(drawn).toMatchObject({ offset: end, epoch: 2 });
    const terminal = new headless.Terminal({ cols: 40, rows: 10, allowProposedApi: true });
    await new Promise<void>((resolve) => terminal.write(drawn.payload, resolve));
    expect(terminal.buffer.active.getLine(4)?.translateToString(true)).toBe("      on the screen");
    expect(second.output).toEqual([]);
    second.type("printf 'mo%s' re\n");
    await second.shows(/^more$/);
  });

  test("tells of what is no longer kept", async () => {
    const first = await aQuietShell();
    const goal = first.receivedBytes + OUTPUT_RING_BYTES;
    first.type(`head -c ${OUTPUT_RING_BYTES} /dev/zero\n`);
    await first.receives(goal);
    await roundTrip(first);
    host.attach(first.sessionId, { epoch: 2, have: 5 });
    const second = await host.control.streams.next();
    const { start, base, gap } = await second.attached();
    expect(base).toBeGreaterThan(5);
    expect(base).toBeGreaterThanOrEqual(goal - OUTPUT_RETAIN_BYTES);
    expect({ start, gap }).toEqual({ start: base, gap: { from: 5, to: base } });
    await second.receives(goal);
  });

  test("is refused to a viewer that claims output which there never was, and the session goes on", async () => {
    const first = await aQuietShell();
    host.attach(first.sessionId, { epoch: 2, have: first.receivedBytes + 1 });
    const second = await host.control.streams.next();
    expect((await second.closed).code).toBe(4400);
    host.attach(first.sessionId, { epoch: 3, have: first.receivedBytes });
    const third = await host.control.streams.next();
    expect(await third.attached()).toMatchObject({ start: first.receivedBytes });
  });

  test.each([1, 2])("with epoch %i, not above the present one, changes nothing", async (epoch) => {
    const stream = await aShell({ epoch: 2 });
    for (const ask of [host.spawn, host.attach]) {
      ask.call(host, stream.sessionId, { epoch, have: 0 });
      expect(await host.next("refused")).toMatchObject({ session_id: stream.sessionId, code: "STALE_EPOCH", epoch });
    }
    await roundTrip(stream);
  });

  test("is refused once the session has ended", async () => {
    const stream = await aShell();
    stream.type("exit\n");
    await stream.exit();
    await host.next("session_ended");
    for (const ask of [host.spawn, host.attach]) {
      ask.call(host, stream.sessionId, { epoch: 2, have: 0 });
      expect(await host.next("refused")).toMatchObject({ code: "SESSION_ENDED", epoch: 2 });
    }
    expect((await host.facts())?.sessions).toMatchObject([
      { session_id: stream.sessionId, ended: true, exit: { exit_code: 0, signal: null } },
    ]);
  });

  test("after a break loses and doubles nothing, in either direction", async () => {
    const first = await aQuietShell();
    first.acknowledges = false;
    first.type("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; echo done\n");
    await first.shows(/line 20\n/);
    first.terminate();
    await first.closed;
    const have = first.receivedBytes;
    host.attach(first.sessionId, { epoch: 2, have });
    const second = await host.control.streams.next();
    expect((await second.attached()).start).toBe(have);
    await second.shows(/done\n$/);
    const text = Buffer.concat([...first.output, ...second.output]).toString();
    expect(text.slice(text.indexOf("line 0\n"))).toBe(
      `${Array.from({ length: 2_000 }, (_, n) => `line ${n}\n`).join("")}done\n`,
    );
  });

  test("gets the last output and the exit of a program that ended while nobody was there", async () => {
    const first = await aQuietShell();
    first.type("sleep 0.2; echo last words; exit 7\n");
    await roundTrip(first);
    first.close(STREAM_DETACHED_CLOSE, "viewer left");
    await first.closed;
    let held = (await host.facts())?.sessions[0];
    while (!held?.exit) held = (await host.facts())?.sessions[0];
    expect(held).toMatchObject({ exit: { exit_code: 7, signal: null } });
    expect(held).not.toHaveProperty("ended");

    host.attach(first.sessionId, { epoch: 2, have: first.receivedBytes });
    const second = await host.control.streams.next();
    await second.attached();
    expect(await second.exit()).toMatchObject({ exit_code: 7, offset: held.end });
    expect(Buffer.concat(second.output).toString()).toBe("last words\n");
    expect((await host.next("session_ended")).exit).toEqual({ exit_code: 7, signal: null });
  });

  test("gets the exit again when the stream broke off behind it", async () => {
    const first = await aQuietShell();
    first.confirmsExit = false;
    first.type("exit 7\n");
    await first.exit();
    first.terminate();
    await first.closed;
    host.attach(first.sessionId, { epoch: 2, have: first.receivedBytes });
    const second = await host.control.streams.next();
    await second.attached();
    expect(await second.exit()).toMatchObject({ exit_code: 7 });
    await host.next("session_ended");
  });

  test("is not waited for longer than the grace, also by a program that has ended", async () => {
    const first = await aQuietShell({ grace_seconds: 1 });
    first.confirmsExit = false;
    first.type("exit 7\n");
    await first.exit();
    first.terminate();
    expect((await host.next("session_ended")).exit).toEqual({ exit_code: 7, signal: null });
  });
});
