import type { DesktopSessionView, ExecView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { commandState, desktopEnd, eventFacts, isOlderVersion, tagsIn } from "./machine-words.ts";

test.each([
  ["0.1.0", "0.1.0", false],
  ["0.0.9", "0.1.0", true],
  ["0.9.0", "0.10.0", true],
  ["0.10.0", "0.9.0", false],
  ["1.0.0", "0.9.9", false],
  ["1.0.0-beta", "1.0.0", true],
  ["1.0.0", "1.0.0-beta", false],
  ["built by hand", "0.1.0", false],
  ["0.1.0", "", false],
])("%s is older than %s: %s", (version, than, older) => expect(isOlderVersion(version, than)).toBe(older));

test.each([
  ["", []],
  [" Prod, web  tag:db ", ["prod", "web", "db"]],
  ["web,web web", ["web"]],
  ["no/tag", ["no/tag"]],
])("tags typed as %j are %j", (text, tags) => expect(tagsIn(text)).toEqual(tags));

test("an event's facts leave out what the page says already", () => {
  expect(
    eventFacts({
      machine_name: "web-1",
      tags: ["a", "b"],
      to: "web-2",
      cause: null,
      session_enabled: false,
      of: { a: 1 },
    }),
  ).toBe('tags: a b, to: web-2, session enabled: false, of: {"a":1}');
  expect(eventFacts({ sessionId: "s", run_id: "r", expiresAt: 12, exitCode: 0 })).toBe("exit code: 0");
  expect(eventFacts({ tags: [] })).toBe("tags: none");
  expect(eventFacts({})).toBe("");
});

test.each<[Pick<ExecView, "status" | "cause" | "exit_code">, string]>([
  [{ status: "active", cause: null, exit_code: null }, "Running"],
  [{ status: "ended", cause: "exited", exit_code: 0 }, "Exit 0"],
  [{ status: "ended", cause: "exited", exit_code: 3 }, "Exit 3"],
  [{ status: "ended", cause: "command_timeout", exit_code: null }, "Ended: took too long"],
  [{ status: "ended", cause: "something_new", exit_code: null }, "Ended: something new"],
  [{ status: "ended", cause: null, exit_code: null }, "Ended"],
])("a command reads as it is (%#)", (command, words) => expect(commandState(command).words).toBe(words));

const desktop = (of: Partial<DesktopSessionView>): DesktopSessionView => ({
  id: "00000000-0000-4000-8000-00000000000a",
  org_id: "11111111-1111-4111-8111-111111111111",
  machine_id: "00000000-0000-4000-8000-000000000001",
  machine_name: "Linux-C",
  viewer_user_id: "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e5f",
  viewer_email: "ada@example.com",
  viewer_machine_id: null,
  session_type: "admin",
  status: "disconnected",
  consent_required: false,
  consent_granted: null,
  created_at: "2026-01-01T11:00:00Z",
  started_at: null,
  ended_at: "2026-01-01T11:58:00Z",
  duration_seconds: null,
  end_reason: null,
  refusal: null,
  ...of,
});

test.each<[Partial<DesktopSessionView>, string]>([
  [{}, "Ended"],
  [{ duration_seconds: 8, end_reason: "the viewer left" }, "Ended after 8 s: the viewer left"],
  [{ duration_seconds: 245 }, "Ended after 4 min"],
  [{ duration_seconds: 7_500 }, "Ended after 2 h 5 min"],
  [{ status: "rejected", consent_required: true, consent_granted: false }, "Consent was refused"],
  [{ status: "expired", consent_required: true }, "Nobody consented in time"],
  [{ status: "expired" }, "The machine did not answer in time"],
])("a desktop session ended as it did (%#)", (of, words) => expect(desktopEnd(desktop(of))).toBe(words));
