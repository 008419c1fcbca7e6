import {
  BLOCK_FOR_MS,
  FRAME_HEADER_BYTES,
  OUTPUT_FRAME_BYTES,
  OUTPUT_RETAIN_BYTES,
  OUTPUT_RING_BYTES,
  OUTPUT_WINDOW_BYTES,
} from "@sallyport/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakePty, outputOf } from "../testing/fake-pty.ts";
import { IN_FLIGHT_BYTES } from "./output-log.ts";
import { TerminalOutput } from "./terminal-output.ts";

const FLOOD = 3 * OUTPUT_RING_BYTES;

let pty: FakePty;
let output: TerminalOutput;
const exited = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  exited.mockReset();
  pty = new FakePty();
  output = new TerminalOutput(pty, { more: () => {}, exited });
});
afterEach(() => {
  vi.useRealTimers();
});

const sendAll = () => {
  while (output.log.take());
};

describe("with a viewer", () => {
  test("is read up to the window, and further as the viewer draws", () => {
    output.attach(0);
    pty.produce(FLOOD);
    vi.advanceTimersByTime(1_000);
    sendAll();
    expect(pty.read).toBeGreaterThanOrEqual(OUTPUT_WINDOW_BYTES);
    expect(pty.read).toBeLessThanOrEqual(OUTPUT_WINDOW_BYTES + IN_FLIGHT_BYTES);
    output.acknowledge(output.log.sent, 1_000_000);
    vi.advanceTimersByTime(1_000);
    expect(output.log.end - output.log.acked).toBeGreaterThanOrEqual(1_000_000);
    expect(output.log.end - output.log.acked).toBeLessThanOrEqual(1_000_000 + IN_FLIGHT_BYTES);
  });

  test("is never read past what the viewer may still ask for, however long it draws nothing", () => {
    output.attach(0);
    pty.produce(FLOOD);
    vi.advanceTimersByTime(10 * BLOCK_FOR_MS);
    expect(output.log.base).toBe(0);
    expect(output.attach(0)).toEqual({ start: 0 });
  });

  test("a lie changes nothing, the window included", () => {
    output.attach(0);
    pty.produce(FLOOD);
    vi.advanceTimersByTime(1_000);
    expect(output.acknowledge(FLOOD, 1_000_000)).toBe(false);
    const { read } = pty;
    vi.advanceTimersByTime(1_000);
    expect(pty.read).toBe(read);
  });
});

describe("without a viewer", () => {
  test.each(["one that was never there", "one that has gone"])("because of %s, fills the ring and waits", (why) => {
    if (why === "one that has gone") {
      output.attach(0);
      output.detach();
    }
    pty.produce(FLOOD);
    vi.advanceTimersByTime(BLOCK_FOR_MS - 1);
    expect(output.log.base).toBe(0);
    expect(output.log.isRingFull).toBe(true);
    expect(output.log.end).toBeLessThanOrEqual(OUTPUT_RING_BYTES);
    expect(output.attach(0)).toEqual({ start: 0 });
  });

  test("holds its program up no longer than it says, and then tells of the gap", () => {
    output.attach(0);
    output.detach();
    pty.produce(FLOOD);
    vi.advanceTimersByTime(BLOCK_FOR_MS - 1);
    expect(pty.read).toBeLessThan(FLOOD);
    vi.advanceTimersByTime(100);
    expect(pty.read).toBe(FLOOD);
    const { base, end } = output.log;
    expect(end - base).toBeLessThanOrEqual(OUTPUT_RING_BYTES);
    expect(end - base).toBeGreaterThan(OUTPUT_RING_BYTES - IN_FLIGHT_BYTES);
    expect(output.attach(7)).toEqual({ start: base, gap: { from: 7, to: base } });
    expect(Buffer.concat(output.log.retained()).equals(outputOf(base, end))).toBe(true);
  });

  test("is held up again for the next viewer that comes and goes", () => {
    vi.advanceTimersByTime(2 * BLOCK_FOR_MS);
    pty.produce(FLOOD);
    vi.advanceTimersByTime(100);
    output.attach(output.log.base);
    output.detach();
    const { base } = output.log;
    pty.produce(FLOOD);
    vi.advanceTimersByTime(BLOCK_FOR_MS - 1);
    expect(output.log.base).toBe(base);
    vi.advanceTimersByTime(100);
    expect(pty.read).toBe(2 * FLOOD);
  });

  test("lets its program end, and keeps the last that it said", () => {
    pty.produce(FLOOD);
    pty.exit({ exitCode: 0, signal: null });
    vi.advanceTimersByTime(BLOCK_FOR_MS - 1);
    expect(exited).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(exited).toHaveBeenCalledTimes(1);
    expect(output.log.end).toBe(FLOOD);
  });
});

describe("a viewer that comes", () => {
  test("with all there is goes on there; with more than there is changes nothing", () => {
    pty.produce(100);
    vi.advanceTimersByTime(100);
    expect(output.attach(101)).toBeUndefined();
    expect(output.attach(100)).toEqual({ start: 100 });
  });

  test("I3 loses nothing by coming: what did not have to give way before, it gets", () => {
    vi.advanceTimersByTime(2 * BLOCK_FOR_MS);
    pty.produce(OUTPUT_RING_BYTES - OUTPUT_FRAME_BYTES);
    vi.advanceTimersByTime(100);
    // The last byte was read already when a viewer came for a moment.
    output.attach(0);
    output.log.append(Buffer.alloc(FRAME_HEADER_BYTES + 1));
    output.detach();
    vi.advanceTimersByTime(2 * BLOCK_FOR_MS);
    expect(output.attach(0)).toEqual({ start: 0 });
    expect(output.log.base).toBe(0);
  });

  test("with nothing, to a session that has said nothing, needs no screen", () => {
    expect(output.attach(null)).toEqual({ start: 0 });
  });

  test("with nothing gets all that was kept for its screen, and the modes that were set before", () => {
    output.attach(0);
    const old = Buffer.from("\x1b[?1049h");
    output.log.append(Buffer.concat([Buffer.alloc(16), old]));
    output.log.take();
    output.log.acknowledge(old.length);
    for (let at = 0; at < 20; at += 1) {
      output.log.append(Buffer.alloc(16 + 32 * 1024, "x"));
      sendAll();
      output.log.acknowledge(output.log.end);
    }
    const { end, base } = output.log;
    expect(base).toBe(end - OUTPUT_RETAIN_BYTES);
    const { start, past } = output.attach(null) ?? {};
    expect(start).toBe(end);
    expect(past?.modes.toBytes()).toBe("\x1b[?1049h");
    expect(Buffer.concat(past?.bytes ?? []).length).toBe(OUTPUT_RETAIN_BYTES);
  });
});

test("what is discarded is read to its end, and no timer is left", () => {
  output.attach(0);
  output.detach();
  pty.produce(FLOOD);
  vi.advanceTimersByTime(10);
  output.discard();
  vi.advanceTimersByTime(10);
  expect(pty.read).toBe(FLOOD);
  expect(output.log.end).toBeLessThanOrEqual(OUTPUT_RING_BYTES);
  vi.advanceTimersByTime(10);
  expect(vi.getTimerCount()).toBe(0);
});
