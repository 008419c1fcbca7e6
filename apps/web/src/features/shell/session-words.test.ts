import type { SessionState } from "@sallyport/client";
import type { SessionView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { describeSession, isBehind, takesTyping } from "./session-words.ts";

const say = (state: SessionState, isFresh = false) => {
  const { words, rest = "" } = describeSession(state, 10_000, isFresh);
  return words + rest;
};
const reconnecting = (retryAt: number): SessionState => ({ state: "reconnecting", attempt: 2, retryAt, reason: "x" });
const elsewhere: SessionState = { state: "elsewhere", session: {} as SessionView };

test.each<[SessionState, string]>([
  [{ state: "connecting" }, "Connecting…"],
  [{ state: "connected", resumed: false }, "Connected"],
  [{ state: "connected", resumed: true }, "Connected"],
  [{ state: "waiting", reason: "x" }, "Waiting for the machine…"],
  [reconnecting(12_100), "Reconnecting in 3 s"],
  [reconnecting(10_000), "Reconnecting…"],
  [reconnecting(0), "Reconnecting…"],
  [elsewhere, "Open in another window"],
  [{ state: "taken_over" }, "Taken over in another window"],
  [{ state: "ended", exit: undefined, cause: "exited", closeCode: 1000 }, "Session ended"],
  [{ state: "refused", code: "UNAUTHORIZED", message: "x" }, "Your sign-in is over"],
  [{ state: "refused", code: "FORBIDDEN", message: "x" }, "Not connected"],
])("%j reads %s", (state, words) => expect(say(state)).toBe(words));

test("a session that is back says so for a moment", () => {
  expect(say({ state: "connected", resumed: true }, true)).toBe("Connected again");
  expect(say({ state: "connected", resumed: false }, true)).toBe("Connected");
});

test("the words themselves do not count down, or screen readers would say them every second", () => {
  expect(describeSession(reconnecting(12_100), 10_000, false).words).toBe("Reconnecting");
});

test("typing is taken during an outage, and not where it would go nowhere", () => {
  expect(takesTyping(reconnecting(0))).toBe(true);
  expect(takesTyping({ state: "waiting", reason: "x" })).toBe(true);
  expect(takesTyping(elsewhere)).toBe(false);
  expect(takesTyping({ state: "taken_over" })).toBe(false);
});

test("a terminal that is connected, or over, shows all there is", () => {
  expect(isBehind({ state: "connected", resumed: true })).toBe(false);
  expect(isBehind({ state: "ended", exit: undefined, cause: "exited", closeCode: 1000 })).toBe(false);
  expect(isBehind(reconnecting(0))).toBe(true);
});
