import { expect, test } from "vitest";
import { type AuditEntry, actorWords, factsOf, gistOf, machineOf, resourceName, rowTime } from "./describe-entry.ts";

const MACHINE = "00000000-0000-4000-8000-000000000001";
const PERSON = "7b0c9f0e-6c1f-4d0a-9b3a-0a1b2c3d4e5f";

const entry = (of: Partial<AuditEntry> = {}): AuditEntry => ({
  id: "00000000-0000-4000-8000-00000000000a",
  seq: 7,
  action: "session.command",
  resource_type: "machine",
  resource_id: MACHINE,
  actor_id: PERSON,
  actor_email: "ada@example.com",
  metadata: { machine_name: "Linux-C", command: "uptime" },
  ip_address: "192.0.2.7",
  created_at: "2026-01-01T11:00:00.000Z",
  prev_hash: "a",
  hash: "b",
  ...of,
});
const nobody = { actor_id: null, actor_email: null };

test.each<[Partial<AuditEntry>, string]>([
  [{}, "ada@example.com"],
  [{ actor_email: null }, `Account ${PERSON}`],
  [{ ...nobody, action: "machine.marked_offline" }, "System"],
  [{ ...nobody, action: "machine.registered", metadata: { auth_key_id: "k" } }, "An auth key"],
  [{ ...nobody, action: "access.denied", metadata: { by_machine_id: MACHINE } }, "A machine"],
  [{ ...nobody, action: "access.denied", metadata: {} }, "Not signed in"],
  [{ ...nobody, action: "agent.replaced", metadata: {} }, "A machine"],
])("who did it (%#)", (of, words) => expect(actorWords(entry(of))).toBe(words));

test("what it was about: by name where the entry has one, and which machine", () => {
  expect(resourceName(entry())).toBe("Linux-C");
  expect(resourceName(entry({ metadata: {} }))).toBeUndefined();
  expect(machineOf(entry())).toBe(MACHINE);
  expect(machineOf(entry({ resource_type: "remote_desktop_session", metadata: { machine_id: MACHINE } }))).toBe(
    MACHINE,
  );
  expect(machineOf(entry({ resource_type: "user", metadata: {} }))).toBeUndefined();
});

test("the facts that matter most come in one line", () => {
  expect(gistOf(entry())).toBe("uptime");
  expect(gistOf(entry({ metadata: { exit_code: 3, command: "a\n\tb", cause: null } }))).toBe("a b, exit code 3");
  expect(gistOf(entry({ metadata: { command: "x".repeat(300) } }))).toHaveLength(200);
  expect(gistOf(entry({ metadata: { command: {} } }))).toBe("");
});

test("metadata of any shape is told fact by fact", () => {
  const metadata = { a: 1, b: true, c: null, d: [], e: ["x", 2], f: { g: { h: "deep" }, i: {} }, j: [{ k: 1 }], l: "" };
  expect(factsOf(metadata).map(({ name, value }) => `${name}=${value}`)).toEqual([
    "a=1",
    "b=yes",
    "c=none",
    "d=none",
    "e=x, 2",
    "f.g.h=deep",
    "f.i=none",
    'j=[\n  {\n    "k": 1\n  }\n]',
    "l=none",
  ]);
});

test("the time of a row has seconds, and the year only when it is another one", () => {
  const now = Date.parse("2026-06-15T12:00:00Z");
  expect(rowTime("2026-06-14T12:00:05.000Z", now)).toMatch(/^\d+ Jun \d\d:\d\d:05$/);
  expect(rowTime("2025-06-14T12:00:05.000Z", now)).toMatch(/^\d+ Jun 2025 \d\d:\d\d:05$/);
});
