import { FRAME_HEADER_BYTES, OUTPUT_FRAME_BYTES } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameOf } from "./output-chunk.ts";
import { IN_FLIGHT_BYTES, OutputLog } from "./output-log.ts";

const WINDOW = 3 * OUTPUT_FRAME_BYTES;
const RING = 16 * OUTPUT_FRAME_BYTES;
const aLog = (over: Partial<ConstructorParameters<typeof OutputLog>[0]> = {}) =>
  new OutputLog({ windowBytes: WINDOW, ringBytes: RING, retainBytes: 0, ...over });

/** Byte at every offset, so that a byte in the wrong place shows. */
const byteAt = (offset: number) => (offset * 31 + Math.floor(offset / 256)) & 0xff;

function aChunk(offset: number, byteCount: number): Uint8Array {
  return frameOf(Uint8Array.from({ length: byteCount }, (_, at) => byteAt(offset + at)));
}

const isTrueTo = ({ offset, frame }: { offset: number; frame: Uint8Array }) =>
  frame.subarray(FRAME_HEADER_BYTES).every((byte, at) => byte === byteAt(offset + at));

describe("OutputLog", () => {
  test("sends what was appended, without a copy", () => {
    const log = aLog();
    const chunk = aChunk(0, 5);
    log.append(chunk);
    expect(log.take()).toEqual({ offset: 0, frame: chunk });
    expect(log.take()).toBeUndefined();
  });

  test("stops at the window and goes on when the viewer has drawn", () => {
    const log = aLog();
    for (let at = 0; at < 4; at += 1) log.append(aChunk(log.end, OUTPUT_FRAME_BYTES));
    while (log.take());
    expect(log).toMatchObject({ sent: WINDOW, isWindowFull: true });

    expect(log.acknowledge(OUTPUT_FRAME_BYTES)).toBe(true);
    expect(log.take()).toMatchObject({ offset: WINDOW });
    expect(log.isWindowFull).toBe(true);
    expect(log.acknowledge(WINDOW)).toBe(true);
    expect(log.isWindowFull).toBe(false);
  });

  test("a viewer that claims what was never sent is refused, and nothing changes", () => {
    const log = aLog();
    log.append(aChunk(0, 10));
    expect(log.acknowledge(1)).toBe(false);
    log.take();
    expect(log.acknowledge(11)).toBe(false);
    expect(log).toMatchObject({ base: 0, acked: 0, sent: 10, end: 10 });
    expect(log.rewind(11)).toBeUndefined();
  });

  test("an acknowledgement that was overtaken changes nothing", () => {
    const log = aLog();
    log.append(aChunk(0, 10));
    log.take();
    log.acknowledge(8);
    expect(log.acknowledge(3)).toBe(true);
    expect(log.acked).toBe(8);
  });

  test("many echoes of one byte are kept in few chunks", () => {
    const log = aLog({ retainBytes: OUTPUT_FRAME_BYTES });
    for (let at = 0; at < 10_000; at += 1) {
      log.append(aChunk(at, 1));
      log.take();
      log.acknowledge(at + 1);
    }
    expect(log.rewind(0)).toBe(0);
    const frames = [];
    for (let next = log.take(); next; next = log.take()) frames.push(next);
    expect(frames.length).toBeLessThan(100);
    expect(frames.every(isTrueTo)).toBe(true);
  });

  test("refuses to hold more than the ring, rather than losing what nobody has seen", () => {
    const log = aLog();
    for (let at = 0; at < 16; at += 1) log.append(aChunk(log.end, OUTPUT_FRAME_BYTES));
    expect(() => log.append(aChunk(log.end, 1))).toThrow("invariant");
  });
});

test("a viewer that wants a larger window gets more at once, and the next one starts as the first did", () => {
  const log = aLog();
  for (let at = 0; at < 8; at += 1) log.append(aChunk(log.end, OUTPUT_FRAME_BYTES));
  while (log.take());
  log.setWindow(2 * WINDOW);
  expect(log.isWindowFull).toBe(true);
  while (log.take());
  expect(log.sent).toBe(2 * WINDOW);
  log.setWindow(1);
  expect(log.take()).toBeUndefined();
  log.rewind(0);
  while (log.take());
  expect(log.sent).toBe(WINDOW);
});

test("a window never takes the room of what is on its way from the terminal", () => {
  const log = aLog();
  log.setWindow(10 * RING);
  while (!log.isWindowFull) log.append(aChunk(log.end, OUTPUT_FRAME_BYTES));
  log.append(aChunk(log.end, OUTPUT_FRAME_BYTES));
});

test("keeps a full ring in few pieces, however small they came", () => {
  const log = new OutputLog({ windowBytes: 256 * 1024, ringBytes: 4 * 1024 * 1024, retainBytes: 512 * 1024 });
  log.givesWay = true;
  for (let at = 0; at < 6_000_000; at += 23) log.append(frameOf(new Uint8Array(23)));
  expect(log.retained().length).toBeLessThan(400);
});

type Step =
  | { do: "append"; byteCount: number }
  | { do: "take" | "detach" | "give way" | "retain" }
  | { do: "acknowledge" | "acknowledge too much"; share: number }
  | { do: "window"; byteCount: number }
  | { do: "rewind"; share: number }
  | { do: "rewind at"; edge: number };

const anyShare = fc.double({ min: 0, max: 1, noNaN: true });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("append" as const), byteCount: fc.integer({ min: 0, max: OUTPUT_FRAME_BYTES }) }),
  fc.record({ do: fc.constant("append" as const), byteCount: fc.constant(OUTPUT_FRAME_BYTES) }),
  fc.record({ do: fc.constant("append" as const), byteCount: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ do: fc.constant("take" as const) }),
  fc.record({ do: fc.constant("take" as const) }),
  fc.record({ do: fc.constant("acknowledge" as const), share: anyShare }),
  fc.record({ do: fc.constant("acknowledge too much" as const), share: anyShare }),
  fc.record({ do: fc.constant("window" as const), byteCount: fc.integer({ min: 0, max: RING }) }),
  fc.record({ do: fc.constantFrom("detach" as const, "give way" as const, "retain" as const) }),
  fc.record({ do: fc.constant("rewind" as const), share: anyShare }),
  fc.record({ do: fc.constant("rewind at" as const), edge: fc.nat(4) }),
);

/**
 * Runs steps against the log and against the plainest model of it: every byte that ever was, in which each offset has
 * its one value, and four numbers.
 */
class LogHistory {
  readonly log: OutputLog;
  readonly #retainBytes: number;
  readonly forgotten: Uint8Array[] = [];
  #isAttached = true;
  #window = WINDOW;
  /** Most that may be on the way: a window that became smaller takes nothing back. */
  #onTheWay = WINDOW;
  #received = 0;

  constructor(retainBytes: number) {
    this.#retainBytes = retainBytes;
    this.log = new OutputLog({ windowBytes: WINDOW, ringBytes: RING, retainBytes }, (bytes) =>
      this.forgotten.push(Uint8Array.from(bytes)),
    );
  }

  step(step: Step): void {
    const { log } = this;
    const { base, acked, sent, end } = log;
    this.#do(step, { base, acked, sent, end });
    expect(log.base).toBeGreaterThanOrEqual(base);
    expect(log.base).toBeLessThanOrEqual(log.acked);
    expect(log.acked).toBeLessThanOrEqual(log.sent);
    expect(log.sent).toBeLessThanOrEqual(log.end);
    expect(log.end - log.base).toBeLessThanOrEqual(RING);
    this.#onTheWay = Math.max(this.#window, Math.min(this.#onTheWay, log.sent - log.acked));
    expect(log.sent - log.acked).toBeLessThanOrEqual(this.#onTheWay);
    const kept = log.retained();
    expect(kept.reduce((sum, { length }) => sum + length, 0)).toBe(log.end - log.base);
    if (this.#retainBytes === 0 && !log.givesWay) expect(log.base).toBe(log.acked);
  }

  /** All bytes are where they were when they came, kept or forgotten. */
  checkBytes(): void {
    let offset = 0;
    for (const bytes of [...this.forgotten, ...this.log.retained()]) {
      expect(bytes.every((byte, at) => byte === byteAt(offset + at))).toBe(true);
      offset += bytes.length;
    }
    expect(offset).toBe(this.log.end);
    expect(this.forgotten.reduce((sum, { length }) => sum + length, 0)).toBe(this.log.base);
  }

  #do(step: Step, before: { base: number; acked: number; sent: number; end: number }): void {
    const { log } = this;
    switch (step.do) {
      case "append": {
        const mustWait = this.#isAttached ? log.isWindowFull : log.isRingFull && !log.givesWay;
        if (mustWait) return;
        log.append(aChunk(log.end, step.byteCount));
        expect(log.end).toBe(before.end + step.byteCount);
        if (!log.givesWay) expect(log).toMatchObject({ acked: before.acked, sent: before.sent });
        return;
      }
      case "take":
        return this.#isAttached ? this.#take(before) : undefined;
      case "acknowledge": {
        if (!this.#isAttached) return;
        const offset = Math.round(step.share * before.sent);
        expect(log.acknowledge(offset)).toBe(true);
        expect(log).toMatchObject({ acked: Math.max(before.acked, offset), sent: before.sent, end: before.end });
        return;
      }
      case "acknowledge too much":
        expect(log.acknowledge(before.sent + 1 + Math.round(step.share * 1_000))).toBe(false);
        expect(log).toMatchObject(before);
        return;
      case "window":
        if (!this.#isAttached) return;
        this.#window = Math.max(OUTPUT_FRAME_BYTES, Math.min(step.byteCount, RING - IN_FLIGHT_BYTES));
        log.setWindow(step.byteCount);
        return;
      case "detach":
        this.#isAttached = false;
        return;
      case "give way":
        if (!this.#isAttached) log.givesWay = true;
        return;
      case "retain":
        log.givesWay = false;
        return;
      case "rewind":
        return this.#attach(Math.round(step.share * before.end), before);
      case "rewind at": {
        const { base, acked, end } = before;
        return this.#attach([Math.max(0, base - 1), base, acked, end, end + 1][step.edge] ?? 0, before);
      }
      default:
        step satisfies never;
    }
  }

  #take(before: { acked: number; sent: number; end: number }): void {
    const next = this.log.take();
    if (!next) {
      // Nothing may be sent only when there is nothing, or when the viewer must acknowledge first.
      expect(before.sent === before.end || before.sent > before.acked).toBe(true);
      return;
    }
    expect(next.offset).toBe(this.#received);
    expect(isTrueTo(next)).toBe(true);
    this.#received += next.frame.length - FRAME_HEADER_BYTES;
    expect(this.log.sent).toBe(this.#received);
  }

  #attach(have: number, before: { base: number; end: number }): void {
    const { givesWay } = this.log;
    const start = this.log.rewind(have);
    if (have > before.end) {
      expect(start).toBeUndefined();
      expect(this.log).toMatchObject({ ...before, givesWay });
      return;
    }
    expect(start).toBe(Math.max(have, before.base));
    this.log.givesWay = false;
    this.#isAttached = true;
    this.#window = WINDOW;
    this.#received = start ?? Number.NaN;
  }
}

test.each([0, 1000, RING])("holds its invariants through any history, retaining %i bytes", (retainBytes) => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
      const history = new LogHistory(retainBytes);
      for (const step of steps) history.step(step);
      history.checkBytes();
    }),
    { numRuns: process.env.NIGHTLY ? 5_000 : 150 },
  );
});

test("after any history everything is delivered, in order and once, by a viewer that acknowledges", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: OUTPUT_FRAME_BYTES }), { maxLength: 60 }), (sizes) => {
      const log = aLog();
      let received = 0;
      const drain = () => {
        for (let next = log.take(); next; next = log.take()) {
          expect(next.offset).toBe(received);
          expect(isTrueTo(next)).toBe(true);
          received += next.frame.length - FRAME_HEADER_BYTES;
          log.acknowledge(received);
        }
      };
      for (const byteCount of sizes) {
        while (log.isWindowFull) drain();
        log.append(aChunk(log.end, byteCount));
      }
      drain();
      expect(received).toBe(log.end);
    }),
    { numRuns: 50 },
  );
});
