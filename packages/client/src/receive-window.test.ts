import { ACK_EVERY_BYTES, OUTPUT_FRAME_BYTES, OUTPUT_WINDOW_BYTES, OUTPUT_WINDOW_MAX_BYTES } from "@sallyport/protocol";
import { describe, expect, test } from "vitest";
import { OutputCursor } from "./output-cursor.ts";
import { ReceiveWindow } from "./receive-window.ts";

const MB = 1_000_000;

interface Path {
  /** Bytes per second of the link, whose queue never ends. */
  link: number;
  roundTripMs: number;
  /** Bytes per second that the terminal draws. */
  draws: number;
  seconds: number;
}

/**
 * A machine that always has more to send, a link with a queue, and a viewer that draws at its own speed, acknowledges as
 * `TerminalStream` does, and measures the round trip through the same queue every 5 s.
 */
function simulate({ link, roundTripMs, draws, seconds }: Path) {
  const window = new ReceiveWindow();
  const cursor = new OutputCursor(0);
  const oneWayMs = roundTripMs / 2;
  const host = { sent: 0, acknowledged: 0, window: OUTPUT_WINDOW_BYTES };
  const events: { at: number; run: (at: number) => void }[] = [];
  const later = (at: number, run: (at: number) => void) => {
    const index = events.findLastIndex((event) => event.at <= at);
    events.splice(index + 1, 0, { at, run });
  };
  let linkFreeAt = 0;
  let terminalFreeAt = 0;
  let ackAt: number | undefined;
  let largest = 0;
  let last = 0;
  const drawnBy: { at: number; total: number }[] = [];
  let total = 0;

  /** When something of this size that is sent now has come through the link and its queue. */
  const arrival = (at: number, byteCount: number) => {
    linkFreeAt = Math.max(at, linkFreeAt) + (byteCount / link) * 1_000;
    return linkFreeAt + oneWayMs;
  };
  const pump = (at: number) => {
    while (host.window - (host.sent - host.acknowledged) >= OUTPUT_FRAME_BYTES) {
      host.sent += OUTPUT_FRAME_BYTES;
      later(arrival(at, OUTPUT_FRAME_BYTES), receive);
    }
  };
  const receive = (at: number) => {
    cursor.output(OUTPUT_FRAME_BYTES);
    window.received(OUTPUT_FRAME_BYTES, at);
    terminalFreeAt = Math.max(at, terminalFreeAt) + (OUTPUT_FRAME_BYTES / draws) * 1_000;
    later(terminalFreeAt, draw);
  };
  const draw = (at: number) => {
    cursor.drawn(OUTPUT_FRAME_BYTES);
    window.drawn(OUTPUT_FRAME_BYTES, at);
    total += OUTPUT_FRAME_BYTES;
    drawnBy.push({ at, total });
    if (cursor.drawnAhead >= ACK_EVERY_BYTES) acknowledge(at);
    else if (ackAt === undefined) {
      ackAt = at + 50;
      later(ackAt, acknowledge);
    }
  };
  const acknowledge = (at: number) => {
    ackAt = undefined;
    if (cursor.drawnAhead === 0) return;
    const told = window.tell();
    largest = Math.max(largest, told ?? 0);
    last = told ?? last;
    const offset = cursor.acknowledge();
    later(at + oneWayMs, (then) => {
      host.acknowledged = Math.max(host.acknowledged, offset);
      host.window = told ?? host.window;
      pump(then);
    });
  };
  const ping = (at: number) => {
    later(at + oneWayMs, (then) => {
      later(arrival(then, 20), (back) => window.roundTrip({ viewerMs: back - at, machineMs: 0, at: back }));
    });
    later(at + 5_000, ping);
  };

  window.attached();
  ping(0);
  later(roundTripMs + 1, pump);
  for (let event = events.shift(); event && event.at < seconds * 1_000; event = events.shift()) event.run(event.at);
  const rateAfter = (fromMs: number) => {
    const first = drawnBy.find(({ at }) => at >= fromMs);
    const last = drawnBy.at(-1);
    return first && last ? ((last.total - first.total) / (last.at - first.at)) * 1_000 : 0;
  };
  return { rateAfter, largest, last };
}

describe("the window that a viewer asks for", () => {
  test("grows until a long and fat path is full", () => {
    const { rateAfter } = simulate({ link: 30 * MB, roundTripMs: 100, draws: 40 * MB, seconds: 8 });
    expect(rateAfter(3_000)).toBeGreaterThan(20 * MB);
  });

  test("does not grow when a slow terminal is near", () => {
    const { rateAfter, largest } = simulate({ link: 100 * MB, roundTripMs: 2, draws: 5 * MB, seconds: 5 });
    expect(largest).toBe(OUTPUT_WINDOW_BYTES);
    expect(rateAfter(1_000)).toBeGreaterThan(4.9 * MB);
  });

  test("shrinks on a slow line, so that Ctrl-C does not wait for seconds of what is under way", () => {
    const { rateAfter, last } = simulate({ link: 64_000, roundTripMs: 600, draws: 40 * MB, seconds: 60 });
    expect(rateAfter(10_000)).toBeGreaterThan(60_000);
    expect(last).toBeLessThan(128 * 1024);
  });

  test("is not made larger by the queue that it makes itself", () => {
    const { rateAfter, largest } = simulate({ link: 3 * MB, roundTripMs: 200, draws: 40 * MB, seconds: 240 });
    expect(rateAfter(10_000)).toBeGreaterThan(2.9 * MB);
    expect(largest).toBeLessThan(2 * 3 * MB * 0.25 + 128 * 1024);
  });

  test("is no larger than a slow terminal far away can use", () => {
    const { rateAfter, largest } = simulate({ link: 30 * MB, roundTripMs: 100, draws: 5 * MB, seconds: 10 });
    expect(rateAfter(3_000)).toBeGreaterThan(4.9 * MB);
    expect(largest).toBeLessThan(2 * 5 * MB * 0.12 + 128 * 1024);
  });

  test("counts the way to the machine, too", () => {
    const window = aBusyWindow({ viewerMs: 20, machineMs: 80 });
    expect(window.bytes).toBeGreaterThan(2 * 10_000 * 100);
    expect(aBusyWindow({ viewerMs: 20, machineMs: undefined }).bytes).toBeLessThan(2 * 10_000 * 50);
  });

  test("is told with the first acknowledgement of an attachment, and then only when it is another", () => {
    const window = new ReceiveWindow();
    expect(window.tell()).toBe(OUTPUT_WINDOW_BYTES);
    expect(window.tell()).toBeUndefined();
    const busy = aBusyWindow({ viewerMs: 50, machineMs: 50 });
    expect(busy.tell()).toBeGreaterThan(OUTPUT_WINDOW_BYTES);
    expect(busy.tell()).toBeUndefined();
    busy.attached();
    expect(busy.tell()).toBeGreaterThan(OUTPUT_WINDOW_BYTES - 1);
  });

  test("never leaves its bounds, even when everything is drawn at once", () => {
    const window = new ReceiveWindow();
    window.roundTrip({ viewerMs: 60_000, machineMs: 60_000, at: 0 });
    window.received(1e12, 1);
    window.drawn(1e12, 1);
    window.received(1e12, 200_000);
    window.drawn(1e12, 200_000);
    expect(window.bytes).toBe(OUTPUT_WINDOW_MAX_BYTES);
  });

  test("another network is measured anew", () => {
    const window = aBusyWindow({ viewerMs: 50, machineMs: 50 });
    window.reconnected();
    expect(window.bytes).toBe(OUTPUT_WINDOW_BYTES);
  });
});

/** After a second in which 10 MB came evenly and were drawn. */
function aBusyWindow({ viewerMs, machineMs }: { viewerMs: number; machineMs: number | undefined }): ReceiveWindow {
  const window = new ReceiveWindow();
  window.roundTrip({ viewerMs, machineMs, at: 0 });
  for (let at = 1; at <= 1_001; at++) {
    window.received(10_000, at);
    window.drawn(10_000, at);
  }
  return window;
}
