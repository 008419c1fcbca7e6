import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pacer } from "./pacer.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const BYTES = 1_250;
/** One packet a millisecond. */
const KBPS = 10_000;

function start() {
  const sent: string[] = [];
  const counts = { drained: 0 };
  const pacer = new Pacer<string>(KBPS, {
    send: (packet) => sent.push(packet),
    drained: () => {
      counts.drained += 1;
    },
  });
  vi.advanceTimersByTime(1_000);
  return { sent, counts, pacer };
}

test("packets leave at the rate, in their order, and what is asked for again leaves first", () => {
  const { sent, pacer } = start();
  for (let packet = 0; packet < 40; packet++) pacer.push(`${packet}`, BYTES);
  const atOnce = sent.length;
  expect(atOnce).toBeLessThanOrEqual(6);
  expect(pacer.queueMs).toBeCloseTo(40 - atOnce);
  pacer.pushUrgent("again", BYTES);
  vi.advanceTimersByTime(10);
  expect(sent.indexOf("again")).toBe(atOnce);
  expect(sent.length).toBeGreaterThanOrEqual(atOnce + 8);
  expect(sent.length).toBeLessThanOrEqual(atOnce + 12);
  vi.advanceTimersByTime(60);
  expect(sent.filter((packet) => packet !== "again")).toEqual(Array.from({ length: 40 }, (_, packet) => `${packet}`));
  expect(pacer.queueMs).toBe(0);
});

test("a faster rate holds from the next packet on", () => {
  const { sent, pacer } = start();
  for (let packet = 0; packet < 100; packet++) pacer.push(`${packet}`, BYTES);
  pacer.kbps = KBPS * 20;
  vi.advanceTimersByTime(8);
  expect(sent).toHaveLength(100);
});

test("whoever waits for room hears of it; after a stop nothing leaves any more", () => {
  const { sent, counts, pacer } = start();
  for (let packet = 0; packet < 40; packet++) pacer.push(`${packet}`, BYTES);
  const before = counts.drained;
  vi.advanceTimersByTime(4);
  expect(counts.drained).toBeGreaterThan(before);
  pacer.stop();
  const left = sent.length;
  vi.advanceTimersByTime(1_000);
  expect(sent).toHaveLength(left);
  expect(pacer.queueMs).toBe(0);
});
