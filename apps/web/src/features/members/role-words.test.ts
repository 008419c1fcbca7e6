import { ROLES, type Role } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { rolesToGive, whyNotManage } from "./role-words.ts";

test.each<[Role | undefined, readonly Role[]]>([
  ["owner", ["owner", "admin", "member", "auditor"]],
  ["admin", ["admin", "member", "auditor"]],
  ["member", []],
  ["auditor", []],
  [undefined, []],
])("%s gives %j", (own, roles) => expect(rolesToGive(own)).toEqual(roles));

test("who may not give a role may not take it, and reads why", () => {
  for (const of of ROLES) {
    expect(whyNotManage("owner", of)).toBeUndefined();
    expect(whyNotManage("member", of)).toBe("Only owners and admins change members");
    expect(whyNotManage("admin", of)).toBe(of === "owner" ? "Only owners change owners" : undefined);
  }
});
