import {
  decodeFrame,
  encodeFrame,
  encodeJson,
  encodeSize,
  FrameKind,
  INPUT_FRAME_BYTES,
  INPUT_WINDOW_BYTES,
} from "@sallyport/protocol";
import { describe, expect, test } from "vitest";
import { type SocketLike, type StreamEnd, TerminalStream } from "./terminal-stream.ts";

const SESSION = "6d3f3a0e-5b1c-4c39-9a53-0b8f2f8f6f0a";

/** A socket whose other side is the test. */
class TestSocket implements SocketLike {
  binaryType = "blob";
  readyState = 1;
  onopen = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror = null;
  readonly sent: Uint8Array[] = [];
  closed: { code: number | undefined; reason: string | undefined } | undefined;

  send(data: Uint8Array): void {
    this.sent.push(data);
  }

  close(code?: number, reason?: string): void {
    this.closed = { code, reason };
    this.readyState = 3;
    this.onclose?.({ code: code ?? 1005, reason: reason ?? "" } as never);
  }

  receive(kind: FrameKind, offset: number, payload: Uint8Array = new Uint8Array(0), epoch = 1): void {
    const bytes = encodeFrame({ kind, epoch, offset, payload });
    this.onmessage?.({ data: bytes.buffer } as never);
  }

  attach(start = 0, inNext = 0): void {
    const attached = { session_id: SESSION, start, end: start, in_next: inNext, cols: 80, rows: 24 };
    this.receive(FrameKind.attached, 0, encodeJson(attached));
  }

  frames(kind: FrameKind) {
    return this.sent.flatMap((bytes) => {
      const frame = decodeFrame(bytes);
      return frame?.kind === kind ? [frame] : [];
    });
  }
}

function open() {
  const socket = new TestSocket();
  const output: string[] = [];
  const ends: StreamEnd[] = [];
  const stream = new TerminalStream(socket, {
    attached: () => {},
    output: (bytes) => output.push(new TextDecoder().decode(bytes)),
    notice: () => {},
    latency: () => {},
    end: (end) => ends.push(end),
  });
  return { socket, stream, output, ends };
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("TerminalStream", () => {
  test("what is typed before the attach is sent after it, with the host's offset", () => {
    const { socket, stream } = open();
    stream.type(bytes("ls\r"));
    expect(socket.sent).toEqual([]);
    socket.attach(0, 40);
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
});
