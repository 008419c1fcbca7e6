import { CONSENT_POLICIES, DESKTOP_SETUP_SECONDS, DESKTOP_STATUSES } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isLive } from "./decide-desktop.ts";
import { decideAnswer, decideAsk } from "./decide-machine-consent.ts";

const NOW = 1_000_000;
const waiting = { status: "pending", consentRequired: true, consentGranted: null, createdAt: new Date(NOW) } as const;
const shows = { unavailable: null, consent: "peers" } as const;

test.each([
  ["a session that waits for consent", waiting, shows, DESKTOP_SETUP_SECONDS],
  ["for what is left of its time", { ...waiting, createdAt: new Date(NOW - 100_000) }, shows, 20],
  ["not when its time is over", { ...waiting, createdAt: new Date(NOW - 120_000) }, shows, undefined],
  ["not when it has consent", { ...waiting, consentGranted: true }, shows, undefined],
  ["not when it needs none", { ...waiting, consentRequired: false }, shows, undefined],
  ["not when it is over", { ...waiting, status: "expired" as const }, shows, undefined],
  ["not on a machine that asks nobody", waiting, { ...shows, consent: "never" as const }, undefined],
  ["not on one without a screen", waiting, { ...shows, unavailable: "no display" }, undefined],
  ["not an agent that shows no desktops", waiting, undefined, undefined],
])("R-35 the person at the machine is asked about %s", (_name, session, machine, seconds) => {
  expect(decideAsk(session, machine, NOW)).toBe(seconds);
});

const anyOutcome = fc.constantFrom("granted", "refused", "timed_out", "nobody_there", "locked");
const anyState = fc.record({
  status: fc.constantFrom(...DESKTOP_STATUSES),
  consentRequired: fc.boolean(),
  consentGranted: fc.constantFrom(null, true, false),
  wasAsked: fc.boolean(),
});

test("R-35 H2 a machine consents to what it was asked about, while it is open, and to nothing else", () => {
  fc.assert(
    fc.property(anyState, anyOutcome, (state, outcome) => {
      const { act } = decideAnswer(state, outcome);
      const isOpen = isLive(state.status) && state.consentRequired && state.wasAsked;
      if (!isOpen) expect(act).toBe("ignore");
      else if (outcome === "refused") expect(act).toBe("reject");
      else if (state.consentGranted !== null) expect(act).toBe("ignore");
      else expect(act).toBe(outcome === "granted" ? "approve" : "tell");
    }),
  );
  expect(CONSENT_POLICIES).toContain(shows.consent);
});
