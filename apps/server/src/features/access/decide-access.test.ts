import { ACCESS_VERBS, FEATURES, type Feature, isAdminRole, ROLES, type Role } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AccessFacts, decideAccess } from "./decide-access.ts";

const everything = new Set<Feature>(FEATURES);
const deny = { id: "r", name: "no", action: "deny", source: "*", destination: "*", priority: 1 } as const;
const facts = (over: Partial<AccessFacts> = {}, role: Role | undefined = "owner"): AccessFacts => ({
  standing: { role, features: everything },
  isAccountDisabled: false,
  machine: { isOnline: true, sessionEnabled: true, isOwnedByCaller: false },
  rules: { isAllowed: true, rule: null, viewer: null },
  consentRequired: undefined,
  ...over,
});
const codeOf = (verb: (typeof ACCESS_VERBS)[number], given: AccessFacts) => {
  const decision = decideAccess(verb, given);
  return decision.allowed ? "allowed" : decision.code;
};
const denied = { rules: { isAllowed: false, rule: deny, viewer: null } };
const gated = { standing: { role: "owner" as const, features: new Set<Feature>() } };
const offline = { machine: { isOnline: false, sessionEnabled: true, isOwnedByCaller: false } };
const switchedOff = { machine: { isOnline: true, sessionEnabled: false, isOwnedByCaller: false } };

test.each([
  ["shell", facts(), "allowed"],
  ["shell", facts({}, "member"), "FORBIDDEN"],
  ["shell", facts(gated), "FEATURE_NOT_AVAILABLE"],
  ["shell", facts(denied), "allowed"],
  ["shell", facts(offline), "MACHINE_OFFLINE"],
  ["desktop-admin", facts({}, "admin"), "allowed"],
  ["desktop-admin", facts({}, "member"), "FORBIDDEN"],
  ["desktop-admin", facts({}, "auditor"), "FORBIDDEN"],
  ["desktop-admin", facts(gated), "FEATURE_NOT_ENABLED"],
  ["desktop-admin", facts(denied), "allowed"],
  ["desktop-peer", facts({}, "member"), "allowed"],
  ["desktop-peer", facts(denied, "owner"), "ACL_DENIED"],
  ["desktop-peer", facts({ ...denied, ...offline }), "ACL_DENIED"],
  ["desktop-peer", facts(offline), "MACHINE_OFFLINE"],
  ["desktop-peer", facts(switchedOff), "FORBIDDEN"],
  ["desktop-peer", facts({ isAccountDisabled: true }), "UNAUTHORIZED"],
] as const)("%s: case %#", (verb, given, expected) => {
  expect(codeOf(verb, given)).toBe(expected);
});

test("no role at all is refused for every verb", () => {
  for (const verb of ACCESS_VERBS) {
    const given = facts();
    expect(codeOf(verb, { ...given, standing: { role: undefined, features: everything } })).toBe("FORBIDDEN");
  }
});

describe("consent", () => {
  const anyRole = fc.constantFrom<Role[]>(...ROLES);

  test("RD-052 RD-086 X-17 in a peer session only owner and administrators go without, and only when they say so", () => {
    fc.assert(
      fc.property(anyRole, fc.boolean(), fc.option(fc.boolean(), { nil: undefined }), (role, isOwner, asked) => {
        const machine = { isOnline: true, sessionEnabled: true, isOwnedByCaller: isOwner };
        const decision = decideAccess("desktop-peer", { ...facts({ machine }, role), consentRequired: asked });
        const isWithout = asked === false && (isOwner || isAdminRole(role));
        expect(decision).toMatchObject({ allowed: true, consentRequired: !isWithout });
      }),
    );
  });

  test("RD-087 RD-163 an admin session needs none, unless it is asked for", () => {
    expect(decideAccess("desktop-admin", facts())).toMatchObject({ consentRequired: false });
    expect(decideAccess("desktop-admin", facts({ consentRequired: true }))).toMatchObject({ consentRequired: true });
  });
});
