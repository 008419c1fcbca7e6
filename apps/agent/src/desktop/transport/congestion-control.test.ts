import { expect, test } from "vitest";
import { CongestionControl } from "./congestion-control.ts";

const LIMITS = { startKbps: 4_000, minKbps: 150, maxKbps: 30_000 };
const PACKET_BYTES = 1_200;

interface Line {
  kbps: number;
  /** Of ten thousand packets. */
  lost?: number;
  /** What the sender makes; its estimate, if undefined. */
  madeKbps?: number;
}

/**
 * A sender that makes 30 frames a second and sends each four times faster than that, over a line with a queue that never
 * drops and a way of 20 ms; feedback every 50 ms.
 */
function drive(control: CongestionControl, { kbps, lost = 0, madeKbps }: Line, seconds: number, from = 0) {
  const reports: { sequence: number; arrivedAtMs: number | undefined }[] = [];
  let sequence = from;
  let freeAtMs = from;
  let random = 1;
  let worstQueueMs = 0;
  for (let frame = 0; frame < seconds * 30; frame++) {
    const rate = Math.min(madeKbps ?? control.kbps, control.kbps);
    const packets = Math.max(1, Math.round((rate * 1_000) / 30 / 8 / PACKET_BYTES));
    const frameMs = from + (frame * 1_000) / 30;
    for (let packet = 0; packet < packets; packet++) {
      const sentMs = frameMs + (packet * PACKET_BYTES * 8) / (control.kbps * 4);
      sequence = (sequence + 1) & 0xffff;
      control.onSent(sequence, PACKET_BYTES, sentMs);
      freeAtMs = Math.max(freeAtMs, sentMs) + (PACKET_BYTES * 8) / kbps;
      worstQueueMs = Math.max(worstQueueMs, freeAtMs - sentMs);
      random = (random * 16_807) % 2_147_483_647;
      reports.push({ sequence, arrivedAtMs: random % 10_000 < lost ? undefined : freeAtMs + 20 });
    }
    if (frame % 2 === 1) {
      const nowMs = frameMs + 33;
      const known = reports.filter(({ arrivedAtMs }) => (arrivedAtMs ?? 0) <= nowMs);
      control.onFeedback(known, nowMs + 20);
      reports.splice(0, reports.length, ...reports.filter((report) => !known.includes(report)));
    }
  }
  return { sequence, worstQueueMs };
}

test("on a wide line it grows to what the sender may send", () => {
  const control = new CongestionControl(LIMITS);
  drive(control, { kbps: 100_000 }, 8);
  expect(control.kbps).toBe(LIMITS.maxKbps);
});

test("on a narrow line it comes down to what passes, and stays near it", () => {
  const control = new CongestionControl(LIMITS);
  drive(control, { kbps: 2_000 }, 15);
  expect(control.kbps).toBeLessThan(2_200);
  expect(control.kbps).toBeGreaterThan(900);
});

test("who sends little learns nothing, and keeps what it knew", () => {
  const control = new CongestionControl(LIMITS);
  drive(control, { kbps: 100_000, madeKbps: 300 }, 20);
  expect(control.kbps).toBe(LIMITS.startKbps);
});

test("packets that are lost at random, one in twenty, are no congestion", () => {
  const control = new CongestionControl(LIMITS);
  drive(control, { kbps: 100_000, lost: 500 }, 10);
  expect(control.kbps).toBeGreaterThanOrEqual(LIMITS.startKbps);
});

test("a third of them is", () => {
  const control = new CongestionControl(LIMITS);
  drive(control, { kbps: 100_000, lost: 3_300 }, 10);
  expect(control.kbps).toBeLessThan(LIMITS.startKbps / 2);
});

test("what is in flight is what was sent and not reported, and is forgotten in time", () => {
  const control = new CongestionControl(LIMITS);
  for (let sequence = 1; sequence <= 4; sequence++) control.onSent(sequence, 1_000, sequence * 100);
  control.onFeedback(
    [
      { sequence: 1, arrivedAtMs: 10 },
      { sequence: 2, arrivedAtMs: undefined },
      { sequence: 9, arrivedAtMs: 12 },
    ],
    500,
  );
  expect(control.inFlightBytes).toBe(2_000);
  control.forgetBefore(350);
  expect(control.inFlightBytes).toBe(1_000);
  control.onFeedback([{ sequence: 1, arrivedAtMs: 10 }], 600);
  expect(control.inFlightBytes).toBe(1_000);
});
