import { CONSENT_POLICIES, DESKTOP_SESSION_TYPES } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ConsentQuestion, decideConsent, isToBeAsked, settleOutcome } from "./decide-consent.ts";

const OUTCOMES = ["granted", "refused", "timed_out", "nobody_there", "locked"] as const;
const question = (over: Partial<ConsentQuestion> = {}): ConsentQuestion => ({
  policy: "peers",
  sessionType: "peer",
  grantedBy: null,
  answered: undefined,
  ...over,
});

test.each([
  ["R-35 always: whatever the control plane says", { policy: "always", grantedBy: "owner" }, "ask"],
  ["R-35 always: an administrator's session, too", { policy: "always", sessionType: "admin" }, "ask"],
  ["always: not again when the person granted", { policy: "always", answered: "granted" }, "show"],
  ["H2 peers: a peer session, also one without a need for consent", {}, "ask"],
  ["peers: not what owner or administrator consented to", { grantedBy: "owner" }, "show"],
  ["peers: not an administrator's own session", { sessionType: "admin" }, "show"],
  ["peers: not again when the person granted", { answered: "granted" }, "show"],
  ["peers: again when nobody decided", { answered: "timed_out" }, "ask"],
  ["never", { policy: "never" }, "show"],
  ["a refusal counts, whoever consents later", { answered: "refused", grantedBy: "owner" }, "refuse"],
] as const)("%s: %o → %s", (_name, over, expected) => {
  expect(decideConsent(question(over))).toBe(expected);
});

const anyQuestion = fc.record({
  policy: fc.constantFrom(...CONSENT_POLICIES),
  sessionType: fc.constantFrom(...DESKTOP_SESSION_TYPES),
  grantedBy: fc.constantFrom(null, "somebody"),
  answered: fc.constantFrom(undefined, ...OUTCOMES),
});

test("R-35 with 'always' nothing is shown that the person did not grant, and a refusal is never overruled", () => {
  fc.assert(
    fc.property(anyQuestion, (asked) => {
      const decided = decideConsent(asked);
      if (asked.policy === "always" && asked.answered !== "granted") expect(decided).not.toBe("show");
      if (asked.answered === "refused") expect(decided).toBe("refuse");
      if (asked.answered === "granted") expect(decided).toBe("show");
    }),
  );
});

test("an absent person grants only where the configuration says so, and only by absence", () => {
  for (const outcome of OUTCOMES) {
    expect(settleOutcome(outcome, { unattended: false })).toBe(outcome);
    const isAbsent = outcome === "nobody_there" || outcome === "locked";
    expect(settleOutcome(outcome, { unattended: true })).toBe(isAbsent ? "granted" : outcome);
  }
});

test("a command that repeats does not ask twice; nobody can be asked twice who was not there", () => {
  const asks = [undefined, ...OUTCOMES].filter(isToBeAsked);
  expect(asks).toEqual([undefined, "nobody_there", "locked"]);
});
