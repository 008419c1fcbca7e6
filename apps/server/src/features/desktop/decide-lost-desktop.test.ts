import { expect, test } from "vitest";
import { type DesktopGrounds, decideLostDesktop } from "./decide-lost-desktop.ts";

const allowed = { allowed: true, reason: "", consentRequired: false, rules: null } as const;
const refused = (code: "FORBIDDEN" | "ACL_DENIED" | "FEATURE_NOT_ENABLED" | "UNAUTHORIZED") =>
  ({ allowed: false, code, reason: "why", rules: null }) as const;
const grounds = (over: Partial<DesktopGrounds> = {}): DesktopGrounds => ({
  decision: allowed,
  consentRequired: false,
  machine: { adminDisabled: false, status: "online" },
  isSignedIn: true,
  ...over,
});

test.each<[string, DesktopGrounds, RegExp | undefined]>([
  ["everything is as it was", grounds(), undefined],
  ["a silent machine has lost nothing", grounds({ machine: { adminDisabled: false, status: "offline" } }), undefined],
  ["X-17 a lost right to waive consent", grounds({ decision: { ...allowed, consentRequired: true } }), /consent/],
  [
    "a session with consent",
    grounds({ decision: { ...allowed, consentRequired: true }, consentRequired: true }),
    undefined,
  ],
  ["signed out", grounds({ isSignedIn: false }), /signed out/],
  ["a disabled machine", grounds({ machine: { adminDisabled: true, status: "offline" } }), /disabled/],
  ["a machine in quarantine", grounds({ machine: { adminDisabled: false, status: "quarantined" } }), /quarantine/],
  ["a lost role", grounds({ decision: refused("FORBIDDEN") }), /no longer allowed: why/],
  ["a new rule", grounds({ decision: refused("ACL_DENIED") }), /rules/],
  ["a lost plan", grounds({ decision: refused("FEATURE_NOT_ENABLED") }), /plan/],
  ["a disabled account", grounds({ decision: refused("UNAUTHORIZED") }), /account/],
])("R-19 %s", (_name, given, expected) => {
  if (expected) expect(decideLostDesktop(given)).toMatch(expected);
  else expect(decideLostDesktop(given)).toBeUndefined();
});
