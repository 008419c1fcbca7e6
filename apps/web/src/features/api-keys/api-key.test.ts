import type { ApiKeyView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { type ApiKeyFilter, chooseApiKeys, describeApiKey, rolesUpTo } from "./api-key.ts";

const ADA = "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e5f";
const BOB = "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e60";
const NOW = Date.parse("2026-11-23T12:00:00.000Z");
const inDays = (days: number) => new Date(NOW + days * 86_400_000).toISOString();

const aKey = (difference: Partial<ApiKeyView> = {}): ApiKeyView => ({
  id: "00000000-0000-4000-8000-000000000001",
  name: "deploy",
  key_prefix: "gk_77b01e4d",
  role: "admin",
  user_id: ADA,
  user_email: "ada@example.com",
  created_at: inDays(-10),
  expires_at: inDays(80),
  revoked_at: null,
  last_used_at: null,
  ...difference,
});

test.each<[Partial<ApiKeyView>, string]>([
  [{}, "Active expires in 80 days"],
  [{ created_at: inDays(-84), expires_at: inDays(6) }, "Expires soon in 6 days"],
  [{ created_at: inDays(-0.1), expires_at: inDays(0.9) }, "Active expires in 22 h"],
  [{ expires_at: inDays(-2) }, "Expired 2 days ago"],
  [{ revoked_at: inDays(-2) }, "Revoked 2 days ago"],
  [{ revoked_at: inDays(-2), expires_at: inDays(-1) }, "Revoked 2 days ago"],
  [{ revoked_at: inDays(-1), expires_at: inDays(-2) }, "Expired 2 days ago"],
])("a key that is %j reads %s", (difference, words) => {
  const { word, detail } = describeApiKey(aKey(difference), NOW);
  expect(`${word} ${detail}`).toBe(words);
});

test.each<[ApiKeyFilter, string[]]>([
  [{}, ["deploy", "backup"]],
  [{ show: "all" }, ["deploy", "backup", "old", "ended"]],
  [{ who: "mine" }, ["deploy"]],
  [{ who: "mine", show: "all" }, ["deploy", "old"]],
  [{ q: "BOB@" }, ["backup"]],
  [{ q: "gk_77 admin", show: "all" }, ["deploy", "old", "ended"]],
  [{ q: "nothing" }, []],
])("%j shows %j", (filter, names) => {
  const keys = [
    aKey(),
    aKey({ name: "backup", role: "member", user_id: BOB, user_email: "bob@example.com" }),
    aKey({ name: "old", expires_at: inDays(-1) }),
    aKey({ name: "ended", revoked_at: inDays(-1), user_id: BOB }),
  ];
  expect(chooseApiKeys(keys, filter, { userId: ADA, nowMs: NOW }).map(({ name }) => name)).toEqual(names);
});

test("nobody is offered a role above his own", () => {
  expect(rolesUpTo("member")).toEqual(["member"]);
  expect(rolesUpTo("auditor")).toEqual(["auditor", "member"]);
  expect(rolesUpTo("owner")).toEqual(["owner", "admin", "auditor", "member"]);
});
