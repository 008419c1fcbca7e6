import type { SessionView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { chooseSessions, countByMachine } from "./session-list.ts";
import { describeSessionRow } from "./session-state.ts";

const ADA = "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e5f";
const BOB = "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e60";
const HERE = "00000000-0000-4000-8000-000000000001";
const THERE = "00000000-0000-4000-8000-000000000002";
const NOW = Date.parse("2026-01-01T12:00:00Z");

const session = (of: Partial<SessionView> = {}): SessionView => ({
  id: "00000000-0000-4000-8000-00000000000a",
  kind: "shell",
  machine_id: HERE,
  machine_name: "Linux-C",
  user_id: ADA,
  user_email: "ada@example.com",
  status: "active",
  attached: true,
  attached_at: "2026-01-01T11:55:00Z",
  ip_address: "192.0.2.7",
  created_at: "2026-01-01T11:00:00Z",
  ended_at: null,
  cause: null,
  exit_code: null,
  ...of,
});
const ended = (of: Partial<SessionView>) => session({ status: "ended", ended_at: "2026-01-01T11:58:00Z", ...of });
const say = (view: SessionView) => {
  const { word, detail } = describeSessionRow(view, NOW);
  return detail ? `${word}: ${detail}` : word;
};

test.each<[SessionView, string]>([
  [session(), "Attached: 5 min ago"],
  [session({ attached: false }), "Detached: viewed 5 min ago"],
  [session({ attached: false, attached_at: null }), "Starting"],
  [ended({ cause: "exited", exit_code: 3 }), "Ended: 2 min ago, with status 3"],
  [ended({ cause: "exited" }), "Ended: 2 min ago, its program ended"],
  [ended({ cause: "agent_lost" }), "Ended: 2 min ago, the machine was lost"],
  [ended({ cause: "something_new" }), "Ended: 2 min ago, something new"],
  [ended({ ended_at: null }), "Ended"],
])("a session reads as it is (%#)", (view, words) => expect(say(view)).toBe(words));

test("lists are narrowed to one's own sessions and to one machine", () => {
  const all = [session(), session({ user_id: BOB }), session({ machine_id: THERE })];
  expect(chooseSessions(all, {}, ADA)).toHaveLength(3);
  expect(chooseSessions(all, { who: "mine" }, ADA)).toHaveLength(2);
  expect(chooseSessions(all, { who: "mine", machine: THERE }, ADA)).toEqual([all[2]]);
});

test("sessions are counted by machine", () => {
  const counts = countByMachine([session(), session(), session({ machine_id: THERE })]);
  expect([...counts]).toEqual([
    [HERE, 2],
    [THERE, 1],
  ]);
});
