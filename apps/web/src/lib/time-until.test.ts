import { expect, test } from "vitest";
import { timeUntil } from "./time-until.ts";

const now = Date.parse("2026-11-23T12:00:00.000Z");

test.each([
  ["2026-11-23T11:59:59.000Z", "now"],
  ["2026-11-23T12:00:00.000Z", "now"],
  ["2026-11-23T12:00:01.000Z", "in 1 min"],
  ["2026-11-23T12:59:30.000Z", "in 60 min"],
  ["2026-11-23T15:00:00.000Z", "in 3 h"],
  ["2026-11-24T11:59:30.000Z", "in 24 h"],
  ["2026-11-25T12:00:00.000Z", "in 2 days"],
  ["2027-02-21T11:59:30.000Z", "in 90 days"],
  ["nonsense", "unknown"],
])("%s is %s", (instant, words) => expect(timeUntil(instant, now)).toBe(words));
