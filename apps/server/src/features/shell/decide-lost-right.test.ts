import type { Feature, Role } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { decideLostRight, type SessionGrounds } from "./decide-lost-right.ts";

const grounds = (
  role: Role | undefined = "admin",
  { features = ["remote_management"] as Feature[], ...over }: Partial<SessionGrounds> & { features?: Feature[] } = {},
): SessionGrounds => ({
  standing: { role, features: new Set(features) },
  isAccountDisabled: false,
  machine: { adminDisabled: false, status: "online", sessionEnabled: true, agentSessionEnabled: true },
  ...over,
});
const machine = (over: Partial<SessionGrounds["machine"]>) =>
  grounds("owner", { machine: { ...grounds("owner").machine, ...over } });

test.each([
  ["an owner", grounds("owner")],
  ["an admin", grounds("admin")],
  ["anybody whose machine is offline", machine({ status: "offline" })],
])("I8 %s keeps the session", (_, given) => {
  expect(decideLostRight(given)).toBeUndefined();
});

test.each([
  ["a member", grounds("member"), "administrator"],
  ["an auditor", grounds("auditor"), "administrator"],
  [
    "somebody who was removed",
    { ...grounds(), standing: { role: undefined, features: new Set<Feature>(["remote_management"]) } },
    "administrator",
  ],
  ["an organisation whose plan shrank", grounds("owner", { features: [] }), "plan"],
  ["a disabled account", grounds("owner", { isAccountDisabled: true }), "account"],
  ["a disabled machine", machine({ adminDisabled: true }), "disabled"],
  ["a machine in quarantine", machine({ status: "quarantined" }), "quarantine"],
  ["a machine with sessions switched off", machine({ sessionEnabled: false }), "switched off on the machine"],
  ["X-30 a machine whose own switch is off", machine({ agentSessionEnabled: false }), "own configuration"],
])("I8 %s loses the session, and is told why", (_, given, word) => {
  expect(decideLostRight(given)).toContain(word);
});
