import fc from "fast-check";
import { expect, test } from "vitest";
import { decideScheduleCaller, type ScheduleFacts } from "./decide-schedule-caller.ts";

const LOCAL_STRANGER: ScheduleFacts = {
  isSecretSet: false,
  hasSecret: false,
  administers: [],
  hasCredentials: false,
  isLoopback: true,
  isForwarded: false,
};
const withSecret = { isSecretSet: true, hasCredentials: true };
const withToken = { hasCredentials: true };

test.each<[string, Partial<ScheduleFacts>, ReturnType<typeof decideScheduleCaller>]>([
  ["no credentials from this machine, no secret set", {}, { orgIds: "all" }],
  ["no credentials from elsewhere", { isLoopback: false }, "refused"],
  ["no credentials through a proxy on this machine", { isForwarded: true }, "refused"],
  ["no credentials from this machine while a secret is set", { isSecretSet: true }, "refused"],
  ["the secret", { ...withSecret, hasSecret: true }, { orgIds: "all" }],
  ["the secret from elsewhere", { ...withSecret, hasSecret: true, isLoopback: false }, { orgIds: "all" }],
  ["a wrong secret", withSecret, "refused"],
  ["a bad token from this machine, no secret set", withToken, "refused"],
  ["a token of somebody who administers nothing, from this machine", withToken, "refused"],
  ["an administrator's token", { ...withToken, administers: ["a", "b"] }, { orgIds: ["a", "b"] }],
  ["an administrator's token while a secret is set", { ...withSecret, administers: ["a"] }, { orgIds: ["a"] }],
  [
    "an administrator's token from elsewhere",
    { ...withToken, administers: ["a"], isLoopback: false, isForwarded: true },
    { orgIds: ["a"] },
  ],
])("X-24 %s", (_, facts, expected) => {
  expect(decideScheduleCaller({ ...LOCAL_STRANGER, ...facts })).toEqual(expected);
});

test("X-24 nobody but the secret and this very machine ever gets all organisations", () => {
  const anyFacts = fc.record<ScheduleFacts>({
    isSecretSet: fc.boolean(),
    hasSecret: fc.boolean(),
    administers: fc.array(fc.uuid(), { maxLength: 3 }),
    hasCredentials: fc.boolean(),
    isLoopback: fc.boolean(),
    isForwarded: fc.boolean(),
  });
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const decision = decideScheduleCaller(facts);
      if (decision === "refused" || decision.orgIds !== "all") return;
      if (!facts.hasSecret) {
        expect(facts).toMatchObject({
          isSecretSet: false,
          hasCredentials: false,
          isLoopback: true,
          isForwarded: false,
        });
      }
    }),
  );
});
