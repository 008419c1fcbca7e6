import type { MemberView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { chooseMembers, countMembers } from "./member-search.ts";

const member = (email: string, role: MemberView["role"] = "member"): MemberView => ({
  user_id: "00000000-0000-4000-8000-000000000001",
  email,
  role,
  sign_in: "ready",
  created_at: "2026-01-01T00:00:00.000Z",
});
const all = [member("ada@example.com", "owner"), member("bob@example.com"), member("bob@other.org", "auditor")];

test("members are narrowed by every word and by role", () => {
  expect(chooseMembers(all, {})).toEqual(all);
  expect(chooseMembers(all, { search: " BOB other " })).toEqual([all[2]]);
  expect(chooseMembers(all, { search: "bob", role: "member" })).toEqual([all[1]]);
  expect(chooseMembers(all, { role: "admin" })).toEqual([]);
});

test("they are counted in words", () => {
  expect(countMembers(all)).toBe("3 members, 1 owner");
  expect(countMembers([])).toBe("0 members, 0 owners");
});
