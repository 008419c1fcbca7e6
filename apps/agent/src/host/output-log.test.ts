import { FRAME_HEADER_BYTES, OUTPUT_FRAME_BYTES } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameOf } from "./output-chunk.ts";
import { OutputLog } from "./output-log.ts";

const WINDOW = 3 * OUTPUT_FRAME_BYTES;
const RING = 8 * OUTPUT_FRAME_BYTES;
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
    expect(log).toMatchObject({ sent: WINDOW, isFull: true });

    expect(log.acknowledge(OUTPUT_FRAME_BYTES)).toBe(true);
    expect(log.take()).toMatchObject({ offset: WINDOW });
    expect(log.isFull).toBe(true);
    expect(log.acknowledge(WINDOW)).toBe(true);
    expect(log.isFull).toBe(false);
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
    for (let at = 0; at < 8; at += 1) log.append(aChunk(log.end, OUTPUT_FRAME_BYTES));
    expect(() => log.append(aChunk(log.end, 1))).toThrow("invariant");
  });
});

type Step =
  | { do: "append"; byteCount: number }
  | { do: "take" }
  | { do: "acknowledge"; share: number }
  | { do: "rewind"; share: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("append" as const), byteCount: fc.integer({ min: 0, max: OUTPUT_FRAME_BYTES }) }),
  fc.record({ do: fc.constant("append" as const), byteCount: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ do: fc.constant("take" as const) }),
  fc.record({ do: fc.constant("take" as const) }),
  fc.record({ do: fc.constant("acknowledge" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ do: fc.constant("rewind" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

/** Runs steps against the log and against the plainest model of it: four numbers. */
function run(steps: Step[], retainBytes: number): void {
  const log = aLog({ retainBytes });
  let received = 0;
  for (const step of steps) {
    const before = { base: log.base, acked: log.acked, sent: log.sent, end: log.end };
    switch (step.do) {
      case "append": {
        if (log.isFull) break;
        log.append(aChunk(log.end, step.byteCount));
        expect(log).toMatchObject({ acked: before.acked, sent: before.sent, end: before.end + step.byteCount });
        break;
      }
      case "take": {
        const next = log.take();
        if (!next) {
          // Nothing may be sent only when there is nothing, or when the viewer must acknowledge first.
          expect(before.sent === before.end || before.sent > before.acked).toBe(true);
          break;
        }
        expect(next.offset).toBe(received);
        expect(isTrueTo(next)).toBe(true);
        received += next.frame.length - FRAME_HEADER_BYTES;
        expect(log.sent).toBe(received);
        break;
      }
      case "acknowledge": {
        const offset = Math.round(step.share * before.sent);
        expect(log.acknowledge(offset)).toBe(true);
        expect(log).toMatchObject({ acked: Math.max(before.acked, offset), sent: before.sent, end: before.end });
        break;
      }
      case "rewind": {
        const have = Math.round(step.share * before.end);
        const start = log.rewind(have);
        expect(start).toBe(Math.max(have, before.base));
        received = start ?? Number.NaN;
        break;
      }
    }
    expect(log.base).toBeGreaterThanOrEqual(before.base);
    expect(log.base).toBeLessThanOrEqual(log.acked);
    expect(log.acked).toBeLessThanOrEqual(log.sent);
    expect(log.sent).toBeLessThanOrEqual(log.end);
    expect(log.end - log.base).toBeLessThanOrEqual(RING);
    expect(log.sent - log.acked).toBeLessThanOrEqual(WINDOW);
    if (retainBytes === 0) expect(log.base).toBe(log.acked);
  }
}

test.each([0, 1000, RING])("holds its invariants through any history, retaining %i bytes", (retainBytes) => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => run(steps, retainBytes)),
    { numRuns: 150 },
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
        while (log.isFull) drain();
        log.append(aChunk(log.end, byteCount));
      }
      drain();
      expect(received).toBe(log.end);
    }),
    { numRuns: 50 },
  );
});
