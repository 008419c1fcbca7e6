import { expect, test } from "vitest";
import { timeAgo } from "./format-time.ts";

const now = Date.parse("2026-11-23T12:00:00.000Z");

test.each([
  ["2026-11-23T12:00:00.000Z", "just now"],
  ["2026-11-23T12:00:30.000Z", "just now"],
  ["2026-11-23T11:59:16.000Z", "just now"],
  ["2026-11-23T11:59:10.000Z", "1 min ago"],
  ["2026-11-23T11:56:59.000Z", "3 min ago"],
  ["2026-11-23T11:00:01.000Z", "59 min ago"],
  ["2026-11-23T11:00:00.000Z", "1 h ago"],
  ["2026-11-22T12:00:01.000Z", "23 h ago"],
  ["2026-11-22T12:00:00.000Z", "yesterday"],
  ["2026-11-18T12:00:00.000Z", "5 days ago"],
  ["2026-09-01T12:00:00.000Z", "on 1 Sept 2026"],
  ["nonsense", "unknown"],
])("%s is %s", (instant, words) => expect(timeAgo(instant, now)).toBe(words));
