import { expect, test } from "vitest";
import { aMachine } from "../machines/testing.ts";
import { liveDesktops, requestsFor, wayToEnd, withDesktop } from "./live-desktops.ts";
import { aDesktop } from "./testing.ts";

const ME = "99999999-9999-4999-8999-999999999999";
const mine = aMachine({ owner_id: ME });
const request = aDesktop({ machine_id: mine.id, session_type: "peer", consent_required: true });
const owner = { userId: ME, role: "member", machines: [mine, aMachine()] } as const;

test("RD-017 the machine's owner and administrators are asked, nobody else, and never the viewer himself", () => {
  const elsewhere = { ...request, machine_id: aMachine().id };
  expect(requestsFor([request, elsewhere], owner)).toEqual([request]);
  expect(requestsFor([request, elsewhere], { ...owner, role: "admin" })).toHaveLength(2);
  expect(requestsFor([request], { ...owner, role: "auditor", machines: [] })).toEqual([]);
  expect(requestsFor([{ ...request, viewer_user_id: ME }], { ...owner, role: "admin" })).toEqual([]);
});

test.each([
  ["that was consented to", { consent_granted: true }],
  ["that needs no consent", { consent_required: false }],
  ["that has gone on", { status: "signaling" as const }],
])("a session %s asks nobody", (_, difference) => {
  expect(requestsFor([{ ...request, ...difference }], owner)).toEqual([]);
});

test("news replaces, adds, and takes away what has ended", () => {
  const changed = { ...request, status: "active" as const };
  expect(withDesktop([request], changed)).toEqual([changed]);
  expect(withDesktop([], request)).toEqual([request]);
  expect(withDesktop([request], { ...request, ended_at: "2026-11-23T12:01:00.000Z" })).toEqual([]);
  const newer = { ...request, id: "newer", created_at: "2026-11-23T13:00:00.000Z" };
  expect(liveDesktops([request, newer])).toEqual([newer, request]);
});

test("RD-019 RD-021 who ends a session, and how", () => {
  expect(wayToEnd({ ...request, viewer_user_id: ME }, owner)).toBe("disconnect");
  expect(wayToEnd(request, { ...owner, role: "owner" })).toBe("reject_consent");
  expect(wayToEnd({ ...request, status: "active", consent_granted: true }, { ...owner, role: "owner" })).toBe(
    "terminate",
  );
  expect(wayToEnd(request, owner)).toBe("reject_consent");
  expect(wayToEnd({ ...request, consent_required: false }, owner)).toBeUndefined();
});
