import { FEATURES, type Feature, isAdminRole, ROLES, type Role } from "@sallyport/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decideAdmission, hasRight } from "./decide-admission.ts";

const GUARD = { right: "admin", feature: "remote_management" } as const;
const withShells = new Set<Feature>(["remote_management"]);

test.each([
  ["owner", "admitted"],
  ["admin", "admitted"],
  ["member", "right_missing"],
  ["auditor", "right_missing"],
  [undefined, "right_missing"],
] as const)("RS-039 X-51 role %s on a plan with the feature is %s", (role, admission) => {
  expect(decideAdmission({ role, features: withShells }, GUARD)).toBe(admission);
});

test("RS-007 RS-008 the plan is looked at before the role", () => {
  for (const role of [...ROLES, undefined]) {
    expect(decideAdmission({ role, features: new Set() }, GUARD)).toBe("feature_missing");
  }
});

test("no standing ever has less than one that it includes", () => {
  const anyRole = fc.constantFrom<(Role | undefined)[]>(...ROLES, undefined);
  fc.assert(
    fc.property(anyRole, fc.subarray([...FEATURES]), (role, features) => {
      const admitted = decideAdmission({ role, features: new Set(features) }, GUARD) === "admitted";
      expect(admitted).toBe(isAdminRole(role) && features.includes("remote_management"));
      if (hasRight(role, "owner")) expect(hasRight(role, "admin")).toBe(true);
      if (hasRight(role, "admin")) expect(hasRight(role, "auditor")).toBe(true);
      if (hasRight(role, "auditor")) expect(hasRight(role, "member")).toBe(true);
    }),
  );
});
