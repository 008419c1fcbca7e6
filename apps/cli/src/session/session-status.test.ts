import { expect, test } from "vitest";
import { statusLine } from "./session-status.ts";

const broken = { state: "reconnecting", attempt: 2, retryAt: 5_400, reason: "The connection was lost" } as const;

test("a break says when the next try is, what waits, and how to leave", () => {
  expect(statusLine(broken, { now: 3_000, waitingBytes: 0 })).toBe(
    "[reconnecting in 3 s; Ctrl-] r now, Ctrl-] d detaches: The connection was lost]",
  );
  expect(statusLine(broken, { now: 6_000, waitingBytes: 2 })).toMatch(/^\[reconnecting, 2 typed bytes wait; /);
  expect(statusLine({ state: "waiting", reason: "" }, { now: 0, waitingBytes: 1 })).toBe(
    "[waiting for the machine, 1 typed byte waits; Ctrl-] d detaches]",
  );
});

test("a session that is connected needs no line", () => {
  expect(statusLine({ state: "connected", resumed: true }, { now: 0, waitingBytes: 0 })).toBeUndefined();
});
