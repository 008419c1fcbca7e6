import { randomBytes, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeFrame, FrameKind, OUTPUT_FRAME_BYTES, OUTPUT_WINDOW_BYTES } from "@sallyport/protocol";
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
async function aShell(over: Record<string, unknown> = {}): Promise<FakeStream> {
  const sessionId = randomUUID();
  host.spawn(sessionId, over);
  const stream = await host.control.streams.next();
  await stream.attached();
  return stream;
}

/** A shell without prompt, echo and line editing: it shows what its programs print, and nothing else. */
async function aQuietShell(over: Record<string, unknown> = {}): Promise<FakeStream> {
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

  test("inherits nothing secret from the agent", async () => {
    await host.stop();
    host = await new TestHost().start({ ZTNA_AUTH_KEY: "tskey-auth-x", KEPT: "yes" });
    const stream = await aQuietShell();
    stream.type("env; printf 'en%s' d\n");
    const text = await stream.shows(/end$/);
    expect(text).toContain("KEPT=yes");
    expect(text).not.toContain("tskey-auth-x");
  });

  test("is hung up when its viewer leaves", async () => {
    const stream = await aQuietShell();
    stream.type("echo pid=$$.\n");
    const pid = Number(/pid=(\d+)\./.exec(await stream.shows(/pid=\d+\./))?.[1]);
    stream.close(1000, "viewer_left");
    const { exit } = await host.next("session_ended");
    expect(exit.reason).toBe("viewer left");
    expect(isAlive(pid)).toBe(false);
  });

  test("is hung up when its stream breaks off", async () => {
    const stream = await aQuietShell();
    stream.terminate();
    expect((await host.next("session_ended")).exit.reason).toContain("the stream was lost");
  });

  test("is hung up by a signed end_session, and its viewer sees the end", async () => {
    const stream = await aQuietShell();
    host.command(host.sign("end_session", stream.sessionId, { reason: "the machine was disabled" }));
    expect(await stream.exit()).toMatchObject({ message: "the machine was disabled" });
    expect((await host.next("session_ended")).exit.reason).toBe("the machine was disabled");
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
    await host.next("session_ended");
  });

  test("is ignored when it acknowledges for another epoch", async () => {
    const stream = await aQuietShell();
    stream.acknowledge(1_000_000_000, 7);
    await roundTrip(stream);
  });
});

describe("attaching again", () => {
  test("replaces the stream, sends what was not acknowledged once more, and fences the old one off", async () => {
    const first = await aQuietShell();
    first.acknowledges = false;
    first.type("echo unseen\n");
    await first.shows(/unseen\n/);
    host.spawn(first.sessionId, { epoch: 2, stream_token: "second" });

    const second = await host.control.streams.next();
    expect(second.token).toBe("second");
    const { in_next } = await second.attached();
    expect(second.epoch).toBe(2);
    expect((await first.closed).code).toBe(4409);
    await second.shows(/^unseen\n$/);
    second.type("echo again\n");
    await second.shows(/again\n/);
    expect(in_next).toBeGreaterThan(0);
  });

  test.each([1, 2])("with epoch %i, not above the present one, changes nothing", async (epoch) => {
    const stream = await aShell({ epoch: 2 });
    host.spawn(stream.sessionId, { epoch });
    expect(await host.next("refused")).toMatchObject({ session_id: stream.sessionId, reason: "stale epoch" });
    await roundTrip(stream);
  });

  test("is refused once the session has ended", async () => {
    const stream = await aShell();
    stream.type("exit\n");
    await stream.exit();
    await host.next("session_ended");
    host.spawn(stream.sessionId, { epoch: 2 });
    expect((await host.next("refused")).reason).toBe("the session has ended");
  });

  test("is waited for when the control plane says that it will come", async () => {
    const first = await aQuietShell();
    first.close(4409, "another node");
    await first.closed;
    host.spawn(first.sessionId, { epoch: 2 });
    const second = await host.control.streams.next();
    await second.attached();
    second.type("echo alive\n");
    await second.shows(/alive\n/);
  });
});
