import { type Right, ROLES } from "@sallyport/protocol";
import { describe, expect, test } from "vitest";
import { hasRight } from "./decide-admission.ts";
import { limitRole } from "./limit-role.ts";

const RIGHTS: readonly Right[] = ["member", "auditor", "admin", "owner"];
const ORG = "00000000-0000-4000-8000-00000000000a";

describe.each(ROLES)("GK-101 a key of the role %s", (role) => {
  test.each(ROLES)("has of its maker, now %s, exactly the rights that both have", (makers) => {
    const left = limitRole(makers, ORG, { orgId: ORG, role });
    for (const right of RIGHTS) expect(hasRight(left, right)).toBe(hasRight(makers, right) && hasRight(role, right));
  });

  test("is nothing in another organisation, nor when its maker is no member", () => {
    expect(limitRole("owner", "00000000-0000-4000-8000-00000000000b", { orgId: ORG, role })).toBeUndefined();
    expect(limitRole(undefined, ORG, { orgId: ORG, role })).toBeUndefined();
    expect(limitRole("owner", ORG.toUpperCase(), { orgId: ORG, role })).toBe(role);
  });
});

test.each(ROLES)("a person who signed in has the whole role %s", (role) => {
  expect(limitRole(role, ORG, null)).toBe(role);
});
