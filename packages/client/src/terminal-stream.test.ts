import {
  encodeJson,
  encodeMachineLatency,
  encodeSize,
  encodeWindow,
  FrameKind,
  INPUT_FRAME_BYTES,
  INPUT_WINDOW_BYTES,
  OUTPUT_WINDOW_BYTES,
  PING_INTERVAL_MS,
} from "@sallyport/protocol";
import { describe, expect, test } from "vitest";
import { ManualClock } from "./manual-clock.fixture.ts";
import { OutputCursor } from "./output-cursor.ts";
import { PendingInput } from "./pending-input.ts";
import { type StreamEnd, type StreamParts, TerminalStream } from "./terminal-stream.ts";
import { bytes, TestSocket, text } from "./test-socket.fixture.ts";

function open(parts: Partial<StreamParts> = {}) {
  const socket = new TestSocket();
  const clock = new ManualClock();
  const output: string[] = [];
  const ends: StreamEnd[] = [];
  const told: unknown[] = [];
  const stream = new TerminalStream(
    socket,
    {
      attached: ({ start }, { redraw, inputDropped }) => told.push({ attached: start, redraw, inputDropped }),
      gap: (gap) => told.push({ gap }),
      screen: (part, isFirst) => told.push({ screen: text(part), isFirst }),
      output: (part) => output.push(text(part)),
      notice: ({ code }) => told.push({ notice: code }),
      latency: (controlPlaneMs, machineMs) => told.push({ controlPlaneMs, machineMs }),
      end: (end) => ends.push(end),
    },
    { clock, ...parts },
  );
  return { socket, stream, output, ends, told, clock };
}

describe("TerminalStream", () => {
  test("what is typed before the attach is sent after it, with the host's offset", () => {
    const { socket, stream } = open();
    stream.type(bytes("ls\r"));
    expect(socket.sent).toEqual([]);
    socket.attach({ in_next: 40 });
    expect(socket.frames(FrameKind.input)).toMatchObject([{ offset: 40, epoch: 1, payload: bytes("ls\r") }]);
  });

  test("a long paste is cut into frames with contiguous offsets", () => {
    const { socket, stream } = open();
    socket.attach();
    stream.type(new Uint8Array(INPUT_FRAME_BYTES * 2 + 1));
    expect(socket.frames(FrameKind.input).map(({ offset }) => offset)).toEqual([
      0,
      INPUT_FRAME_BYTES,
      INPUT_FRAME_BYTES * 2,
    ]);
  });

  test("a huge paste stays one window ahead of what the terminal has taken, and goes on as it takes", () => {
    const { socket, stream } = open();
    socket.attach();
    const sent = () => socket.frames(FrameKind.input).reduce((sum, { payload }) => sum + payload.length, 0);
    stream.type(new Uint8Array(INPUT_WINDOW_BYTES * 3));
    expect(sent()).toBe(INPUT_WINDOW_BYTES);
    socket.receive(FrameKind.inputAck, INPUT_FRAME_BYTES);
    expect(sent()).toBe(INPUT_WINDOW_BYTES + INPUT_FRAME_BYTES);
    socket.receive(FrameKind.inputAck, INPUT_WINDOW_BYTES + INPUT_FRAME_BYTES);
    expect(sent()).toBe(INPUT_WINDOW_BYTES * 2 + INPUT_FRAME_BYTES);
    socket.receive(FrameKind.inputAck, INPUT_WINDOW_BYTES * 2);
    expect(sent()).toBe(INPUT_WINDOW_BYTES * 3);
  });

  test("a size that was set before the attach is sent with it", () => {
    const { socket, stream } = open();
    stream.resize({ cols: 132, rows: 43 });
    socket.attach();
    expect(socket.frames(FrameKind.resize)).toMatchObject([{ payload: encodeSize({ cols: 132, rows: 43 }) }]);
  });

  test("only what was drawn is acknowledged", () => {
    const { socket, stream } = open();
    socket.attach();
    socket.receive(FrameKind.output, 0, new Uint8Array(100_000));
    expect(socket.frames(FrameKind.ack)).toEqual([]);
    stream.drawn(40_000);
    expect(socket.frames(FrameKind.ack)).toMatchObject([{ offset: 40_000 }]);
  });

  test("output with a hole closes the stream: never silently", () => {
    const { socket, output, ends } = open();
    socket.attach();
    socket.receive(FrameKind.output, 0, bytes("abc"));
    socket.receive(FrameKind.output, 4, bytes("e"));
    expect(output).toEqual(["abc"]);
    expect(ends).toMatchObject([{ closeCode: 4400 }]);
  });

  test("a frame of an older attachment changes nothing", () => {
    const { socket, output, ends } = open();
    socket.attach();
    socket.receive(FrameKind.output, 0, bytes("late"), 0);
    expect(output).toEqual([]);
    expect(ends).toEqual([]);
  });

  test("the program's exit status comes with the end", () => {
    const { socket, ends } = open();
    socket.attach();
    socket.receive(FrameKind.exit, 0, encodeJson({ exit_code: 3, signal: null }));
    socket.close(1000, "Shell session ended");
    expect(ends).toEqual([
      { closeCode: 1000, closeReason: "Shell session ended", exit: { exit_code: 3, signal: null } },
    ]);
  });

  test.each([FrameKind.input, FrameKind.ack, FrameKind.resize, FrameKind.ping])(
    "kind %i is not the server's to send",
    (kind) => {
      const { socket, ends } = open();
      socket.attach();
      socket.receive(kind, 0);
      expect(ends).toMatchObject([{ closeCode: 4400 }]);
    },
  );

  test("an attach that skips output without saying so closes the stream", () => {
    for (const attached of [
      { start: 7 },
      { start: 7, gap: { from: 2, to: 7 } },
      { start: 7, gap: { from: 0, to: 6 } },
    ]) {
      const { socket, ends } = open();
      socket.attach(attached);
      expect(ends).toMatchObject([{ closeCode: 4400 }]);
      expect(socket.closed).toMatchObject({ code: 4400 });
    }
  });

  test("a gap is told, and output goes on behind it", () => {
    const { socket, output, told } = open({ output: new OutputCursor(5) });
    socket.attach({ start: 9, gap: { from: 5, to: 9 } });
    socket.receive(FrameKind.output, 9, bytes("x"));
    expect(told).toEqual([{ attached: 9, redraw: false, inputDropped: 0 }, { gap: { from: 5, to: 9 } }]);
    expect(output).toEqual(["x"]);
  });

  test("a screen comes before output, and is neither acknowledged nor counted", () => {
    const { socket, stream, output, told } = open();
    socket.attach({ start: 1_000, screen: true });
    socket.receive(FrameKind.screen, 1_000, bytes("one"));
    socket.receive(FrameKind.screen, 1_000, bytes("two"));
    socket.receive(FrameKind.output, 1_000, new Uint8Array(40_000));
    expect(told).toEqual([
      { attached: 1_000, redraw: true, inputDropped: 0 },
      { screen: "one", isFirst: true },
      { screen: "two", isFirst: false },
    ]);
    expect(output).toHaveLength(1);
    stream.drawn(40_000);
    expect(socket.frames(FrameKind.ack)).toMatchObject([{ offset: 40_994 }]);
  });

  test("a screen that nobody announced closes the stream", () => {
    const { socket, ends } = open();
    socket.attach();
    socket.receive(FrameKind.screen, 0, bytes("x"));
    expect(ends).toMatchObject([{ closeCode: 4400 }]);
  });

  test("until something follows the screen, the window counts as one that has nothing", () => {
    const output = new OutputCursor();
    const { socket } = open({ output });
    socket.attach({ start: 10, screen: true });
    socket.receive(FrameKind.screen, 10, bytes("half"));
    expect(output.have).toBeUndefined();
    socket.receive(FrameKind.output, 10, bytes("x"));
    expect(output.have).toBe(11);
  });

  test("the same socket can be attached again: the new epoch counts, what is not taken is sent again", () => {
    const { socket, stream, output, told } = open();
    socket.attach();
    socket.receive(FrameKind.output, 0, bytes("abc"));
    stream.type(bytes("123"));
    socket.attach({ epoch: 2, start: 3, in_next: 1 });
    socket.receive(FrameKind.output, 3, bytes("late"), 1);
    socket.receive(FrameKind.output, 3, bytes("d"), 2);
    expect(output).toEqual(["abc", "d"]);
    expect(told.filter((each) => Object.hasOwn(each as object, "attached"))).toHaveLength(2);
    expect(socket.frames(FrameKind.input).at(-1)).toMatchObject({ epoch: 2, offset: 1, payload: bytes("23") });
  });

  test("an attach on the same socket right after a screen does not clear it", () => {
    const { socket, told } = open();
    socket.attach({ start: 9, screen: true });
    socket.receive(FrameKind.screen, 9, bytes("all"));
    socket.attach({ epoch: 2, start: 9 });
    expect(told.at(-1)).toEqual({ attached: 9, redraw: false, inputDropped: 0 });
  });

  test("an attach of an older epoch changes nothing", () => {
    const { socket, told } = open();
    socket.attach({ epoch: 2 });
    socket.attach({ epoch: 1, start: 5, screen: true });
    expect(told).toHaveLength(1);
  });

  test("while the machine is away nothing is sent", () => {
    const { socket, stream } = open();
    socket.attach();
    socket.receive(FrameKind.notice, 0, encodeJson({ code: "MACHINE_UNREACHABLE", message: "away" }));
    stream.type(bytes("x"));
    expect(socket.frames(FrameKind.input)).toEqual([]);
    socket.attach({ epoch: 2 });
    expect(socket.frames(FrameKind.input)).toMatchObject([{ epoch: 2, payload: bytes("x") }]);
  });

  test("input that survives its socket goes on with the next", () => {
    const input = new PendingInput();
    const output = new OutputCursor();
    const first = open({ input, output });
    first.socket.attach();
    first.stream.type(bytes("ab"));
    first.stream.drop(4000, "test");
    const next = open({ input, output });
    next.socket.attach({ epoch: 2, in_next: 1 });
    expect(next.socket.frames(FrameKind.input)).toMatchObject([{ offset: 1, payload: bytes("b") }]);
  });

  test("what was drawn late of an older socket is never acknowledged beyond what the new one knows", () => {
    const output = new OutputCursor();
    const first = open({ output });
    first.socket.attach();
    first.socket.receive(FrameKind.output, 0, new Uint8Array(50_000));
    first.stream.drop(4000, "test");
    const next = open({ output });
    next.socket.attach({ epoch: 2, start: 50_000 });
    next.socket.receive(FrameKind.output, 50_000, new Uint8Array(40_000), 2);
    next.stream.drawn(50_000);
    expect(next.socket.frames(FrameKind.ack)).toEqual([]);
    next.stream.drawn(40_000);
    expect(next.socket.frames(FrameKind.ack)).toMatchObject([{ offset: 90_000 }]);
  });

  test("the first acknowledgement of an attachment carries the window", async () => {
    const { socket, stream, clock } = open();
    socket.attach();
    for (const offset of [0, 1]) {
      socket.receive(FrameKind.output, offset, bytes("x"));
      stream.drawn(1);
      await clock.advance(50);
    }
    expect(socket.frames(FrameKind.ack)).toMatchObject([
      { offset: 1, payload: encodeWindow(OUTPUT_WINDOW_BYTES) },
      { offset: 2, payload: new Uint8Array(0) },
    ]);
  });

  test("the round trip is measured at once and every five seconds, up to the machine", async () => {
    const { socket, clock, told } = open();
    socket.open();
    await clock.advance(PING_INTERVAL_MS * 2);
    const pings = socket.frames(FrameKind.ping);
    expect(pings.map(({ offset }) => offset - (pings[0]?.offset ?? 0))).toEqual([0, 5_000, 10_000]);
    await clock.advance(40);
    socket.receive(FrameKind.pong, pings[2]?.offset ?? 0, encodeMachineLatency(7));
    expect(told).toEqual([{ controlPlaneMs: 40, machineMs: 7 }]);
  });

  test("after the exit nothing is sent", () => {
    const { socket, stream } = open();
    socket.attach();
    socket.receive(FrameKind.exit, 0, encodeJson({ exit_code: 0, signal: null }));
    stream.type(bytes("x"));
    expect(socket.frames(FrameKind.input)).toEqual([]);
  });

  test("an exit that comes before the last byte closes the stream", () => {
    const { socket, ends } = open();
    socket.attach();
    socket.receive(FrameKind.exit, 5, encodeJson({ exit_code: 0, signal: null }));
    expect(ends).toMatchObject([{ closeCode: 4400, exit: undefined }]);
  });

  test("a socket that was dropped is not heard any more", () => {
    const { socket, stream, output, ends } = open();
    socket.attach();
    stream.drop(4000, "test");
    socket.receive(FrameKind.output, 0, bytes("late"));
    expect(output).toEqual([]);
    expect(ends).toEqual([]);
  });
});
