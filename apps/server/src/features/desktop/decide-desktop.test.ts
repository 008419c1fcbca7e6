import { type AppError, DESKTOP_STATUSES, ROLES, type Role } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DesktopState, isLive, LIVE_STATUSES, mayDo, nextStatus, requireConsentOpen } from "./decide-desktop.ts";

const state = (over: Partial<DesktopState> = {}): DesktopState => ({
  status: "pending",
  consentRequired: false,
  consentGranted: null,
  hasOffer: false,
  ...over,
});
const attempt = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return (error as AppError).code;
  }
};

test.each([
  ["pending", "offer", false, "signaling"],
  ["signaling", "offer", true, "signaling"],
  ["connecting", "offer", true, "signaling"],
  ["active", "offer", true, "active"],
  ["signaling", "answer", true, "connecting"],
  ["active", "answer", true, "active"],
  ["pending", "answer", false, "INVALID_STATE"],
  ["connecting", "connect", true, "active"],
  ["pending", "connect", false, "active"],
  ["rejected", "offer", true, "INVALID_STATE"],
  ["expired", "answer", true, "INVALID_STATE"],
  ["disconnected", "connect", true, "INVALID_STATE"],
] as const)("X-22 U-RD-04 %s and %s: %s %s", (status, step, hasOffer, expected) => {
  expect(attempt(() => nextStatus(state({ status, hasOffer }), step))).toBe(expected);
});

const anyState = fc.record({
  status: fc.constantFrom(...DESKTOP_STATUSES),
  consentRequired: fc.boolean(),
  consentGranted: fc.constantFrom(null, true, false),
  hasOffer: fc.boolean(),
});
const anyStep = fc.constantFrom("offer", "answer", "candidate", "connect");

test("RD-016 R-35 no step is taken without the consent that is needed, and none after the end", () => {
  fc.assert(
    fc.property(anyState, anyStep, (given, step) => {
      const next = attempt(() => nextStatus(given, step));
      if (!isLive(given.status)) expect(next).toBe("INVALID_STATE");
      else if (given.consentRequired && given.consentGranted !== true) expect(next).toBe("CONSENT_PENDING");
      else if (next !== "INVALID_STATE") expect(LIVE_STATUSES).toContain(next);
    }),
  );
});

describe("who may do what", () => {
  const anyParty = fc.record({
    role: fc.constantFrom<(Role | undefined)[]>(...ROLES, undefined),
    isViewer: fc.boolean(),
    isMachineOwner: fc.boolean(),
  });

  test("RD-017 RD-019 RD-020 by viewer, owner and role alone", () => {
    fc.assert(
      fc.property(anyParty, (party) => {
        const isAdmin = party.role === "owner" || party.role === "admin";
        expect(mayDo("offer", party)).toBe(party.isViewer);
        expect(mayDo("connect", party)).toBe(party.isViewer);
        expect(mayDo("disconnect", party)).toBe(party.isViewer || isAdmin);
        expect(mayDo("see_descriptions", party)).toBe(party.isViewer || isAdmin);
        for (const step of ["approve_consent", "reject_consent"] as const) {
          expect(mayDo(step, party)).toBe(party.isMachineOwner || isAdmin);
        }
      }),
    );
  });
});

test.each([
  [state(), "NO_CONSENT_NEEDED"],
  [state({ consentRequired: true }), undefined],
  [state({ consentRequired: true, consentGranted: true, status: "active" }), undefined],
  [state({ consentRequired: true, status: "rejected" }), "INVALID_STATE"],
])("RD-085 RD-145 a decision on consent counts while the session lives: case %#", (given, expected) => {
  expect(attempt(() => requireConsentOpen(given))).toBe(expected);
});
