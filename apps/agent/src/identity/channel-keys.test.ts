import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { freshChallenge, linkKey, machineKeyOf, streamKey } from "./channel-keys.ts";

const MACHINE_KEY = machineKeyOf("secret");
const CHALLENGE = "ab".repeat(32);
const SESSION = "6f1c6f5e-2f5d-4c58-9c5e-0c5f3a0f9f10";

const hmac = (text: string) => createHmac("sha256", MACHINE_KEY).update(text).digest("hex");

test("the keys are those that docs/protocol.md describes", () => {
  expect(MACHINE_KEY).toBe("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b");
  expect(linkKey(MACHINE_KEY, CHALLENGE)).toBe(hmac(`["sallyport/1 link","${CHALLENGE}"]`));
  expect(streamKey(MACHINE_KEY, { sessionId: SESSION, epoch: 3, challenge: CHALLENGE })).toBe(
    hmac(`["sallyport/1 stream","${SESSION}","3","${CHALLENGE}"]`),
  );
});

test("no two connections share a key", () => {
  const keys = new Set([
    linkKey(MACHINE_KEY, freshChallenge()),
    linkKey(MACHINE_KEY, freshChallenge()),
    streamKey(MACHINE_KEY, { sessionId: SESSION, epoch: 1, challenge: CHALLENGE }),
    streamKey(MACHINE_KEY, { sessionId: SESSION, epoch: 2, challenge: CHALLENGE }),
    streamKey(MACHINE_KEY, { sessionId: SESSION, epoch: 1, challenge: freshChallenge() }),
    streamKey(machineKeyOf("another"), { sessionId: SESSION, epoch: 1, challenge: CHALLENGE }),
  ]);
  expect(keys.size).toBe(6);
});
