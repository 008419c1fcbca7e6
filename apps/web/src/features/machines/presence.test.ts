import { expect, test } from "vitest";
import { presenceInFull, presenceOf, shellRefusal } from "./presence.ts";
import { aMachine } from "./testing.ts";

const now = Date.parse("2026-11-23T12:03:10.000Z");

test.each([
  [{}, "Online"],
  [{ status: "offline" }, "Offline, last seen 3 min ago"],
  [{ status: "offline", last_seen: null }, "Offline, never connected"],
  [{ status: "quarantined" }, "Quarantined, last seen 3 min ago"],
  [{ session_enabled: false }, "Online, sessions switched off"],
  [{ admin_disabled: true }, "Disabled, by an administrator"],
] as const)("%j reads %s", (difference, words) => {
  const { word, detail } = presenceOf(aMachine(difference), now);
  expect(detail ? `${word}, ${detail}` : word).toBe(words);
});

test.each([
  [{}, "Online, last seen 3 min ago"],
  [{ connected_at: "2026-11-23T10:00:00.000Z" }, "Online, connected 2 h ago"],
  [{ session_enabled: false }, "Online, last seen 3 min ago, sessions switched off"],
  [{ agent_session_enabled: false }, "Online, last seen 3 min ago, sessions switched off in its own configuration"],
  [{ status: "offline", session_enabled: false }, "Offline, last seen 3 min ago, sessions switched off"],
  [{ status: "offline", last_seen: null }, "Offline, never connected"],
  [{ status: "quarantined" }, "Quarantined, its auth key was revoked, last seen 3 min ago"],
  [{ admin_disabled: true, session_enabled: false }, "Disabled, by an administrator, last seen 3 min ago"],
] as const)("%j reads in full %s", (difference, words) => {
  const { word, detail } = presenceInFull(aMachine(difference), now);
  expect(`${word}, ${detail}`).toBe(words);
});

test.each([
  [{}, "owner", undefined],
  [{}, "admin", undefined],
  [{}, "member", /owners and admins/],
  [{}, "auditor", /owners and admins/],
  [{}, undefined, /owners and admins/],
  [{ status: "offline" }, "owner", /offline/],
  [{ status: "quarantined" }, "owner", /quarantined/],
  [{ admin_disabled: true }, "owner", /disabled/],
  [{ session_enabled: false }, "owner", /switched off/],
] as const)("a machine that is %j: %s", (difference, role, reason) => {
  const refusal = shellRefusal(aMachine(difference), role);
  if (reason) expect(refusal).toMatch(reason);
  else expect(refusal).toBeUndefined();
});
