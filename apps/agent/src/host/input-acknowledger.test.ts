import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { InputAcknowledger } from "./input-acknowledger.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("keys of one moment are acknowledged together, and soon", () => {
  const told: number[] = [];
  const acks = new InputAcknowledger((bytes) => told.push(bytes));
  for (let n = 0; n < 5; n++) acks.wrote(1);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(150);
  expect(told).toEqual([5]);
  vi.advanceTimersByTime(150);
  expect(told).toEqual([5]);
});

test("a paste is acknowledged as it goes, so that it never waits for a timer", () => {
  const told: number[] = [];
  const acks = new InputAcknowledger((bytes) => told.push(bytes));
  for (let n = 0; n < 8; n++) acks.wrote(8 * 1024);
  expect(told).toEqual([16_384, 32_768, 49_152, 65_536]);
});

test("nothing is told after it was stopped", () => {
  const told: number[] = [];
  const acks = new InputAcknowledger((bytes) => told.push(bytes));
  acks.wrote(1);
  acks.stop();
  vi.advanceTimersByTime(150);
  expect(told).toEqual([]);
});
