import { expect, test } from "vitest";
import { lockedHint, sessionIds } from "./locked-hint.ts";

test("sessions are listed by their id", () => {
  expect(sessionIds("  c1  126 gdm seat0 tty1\n   12 1000 ann seat0 tty2\n\n")).toEqual(["c1", "12"]);
  expect(sessionIds("")).toEqual([]);
});

test("the hint of the display's own session counts", () => {
  const output = "Display=:1\nLockedHint=no\nState=online\n\nDisplay=:0\nLockedHint=yes\nState=active\n";
  expect(lockedHint(output, ":0")).toBe(true);
  expect(lockedHint(output, ":1")).toBe(false);
  expect(lockedHint(output, ":2")).toBeUndefined();
  expect(lockedHint("Display=:0\nLockedHint=yes\nState=closing\n", ":0")).toBeUndefined();
});
