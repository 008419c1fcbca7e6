import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeRequirements } from "./capabilities.ts";
import { type SecureMessage, signedText } from "./secure-message.ts";
import { AGENT_SECRET, aMessage, anIdentity, manualClock, memoryLog, NOON_MS, overTheWire } from "./set-up.fixture.ts";
import { MessageVerifier, type MessageVerifierOptions } from "./verify-message.ts";

function anAgent(options: Partial<MessageVerifierOptions> = {}) {
  const log = memoryLog();
  const clock = manualClock();
  const verifier = new MessageVerifier({ machineId: "machine1", logger: log.logger, now: clock.now, ...options });
  return { verifier, log, clock, verify: (message: unknown) => verifier.verify(message, AGENT_SECRET) };
}

/** Signs a message that our own signer would not make. */
function signAnyway({ type, sessionToken, data: signed }: SecureMessage): SecureMessage {
  const { hmac: _, ...data } = signed;
  const hmac = createHmac("sha256", AGENT_SECRET).update(signedText({ type, sessionToken, data })).digest("hex");
  return { type, sessionToken, data: { ...data, hmac } };
}

describe("an agent's verifier", () => {
  test("VT-030 VT-040 accepts each genuine message once", () => {
    const { verify } = anAgent();
    expect(verify(overTheWire(aMessage()))).toEqual({ valid: true });
    expect(verify(overTheWire(aMessage()))).toEqual({ valid: true });
  });

  test("VT-108 VT-111 VT-121 a message that comes twice is a replay", () => {
    const { verify, log } = anAgent();
    const message = aMessage();
    verify(message);
    expect(verify(overTheWire(message))).toEqual({ valid: false, reason: "Replay detected: nonce already used" });
    expect(log.named("SecureMessageReplayDetected")).toMatchObject([
      {
        level: "warn",
        fields: { machineId: "machine1", sessionId: anIdentity().sessionId, nonce: message.data.nonce },
      },
    ]);
  });

  test("VT-098 VT-099 a message signed with another secret is refused and logged", () => {
    const { verify, log } = anAgent();
    const reason = "HMAC validation failed";
    expect(verify(aMessage({ secret: "another-secret" }))).toEqual({ valid: false, reason });
    expect(log.lines).toEqual([
      {
        level: "warn",
        event: "SecureMessageHmacValidationFailed",
        fields: { machineId: "machine1", sessionId: anIdentity().sessionId },
      },
    ]);
  });

  test.each([
    ["59 s behind", -59, true],
    ["exactly 60 s behind", -60, true],
    ["61 s behind", -61, false],
    ["59 s ahead", 59, true],
    ["exactly 60 s ahead", 60, true],
    ["61 s ahead", 61, false],
    ["a year ahead", 31_536_000, false],
  ])("VT-094 VT-123 a message stamped %s: %s seconds, valid %s", (_, seconds, valid) => {
    const { verify } = anAgent();
    const message = aMessage({ now: NOON_MS + seconds * 1_000 });
    const reason = "Timestamp outside acceptable range";
    expect(verify(message)).toEqual(valid ? { valid } : { valid, reason });
  });

  test("VT-110 the tolerance can be widened", () => {
    const { verify } = anAgent({ clockSkewToleranceSeconds: 120 });
    expect(verify(aMessage({ now: NOON_MS - 120_000 })).valid).toBe(true);
    expect(verify(aMessage({ now: NOON_MS - 120_001 })).valid).toBe(false);
  });

  test("VT-109 a genuine message out of its time is logged as a suspected replay, a forged one is not", () => {
    const { verify, log } = anAgent();
    verify(aMessage({ now: NOON_MS - 120_000 }));
    expect(log.lines.map(({ event }) => event)).toEqual([
      "SecureMessageTimestampOutOfRange",
      "SecureMessageReplayDetected",
    ]);
    expect(log.lines[0]?.fields).toEqual({ machineId: "machine1", clockSkew: 120 });
    log.lines.length = 0;
    verify(aMessage({ now: NOON_MS - 120_000, secret: "another-secret" }));
    expect(log.lines.map(({ event }) => event)).toEqual(["SecureMessageTimestampOutOfRange"]);
  });

  test("H10 a message for another machine is refused even though both share a secret", () => {
    const { verify, log } = anAgent({ machineId: "machine2" });
    const reason = "Wrong machine: signed for another one";
    expect(verify(aMessage())).toEqual({ valid: false, reason });
    expect(log.lines).toEqual([
      {
        level: "warn",
        event: "SecureMessageRejected",
        fields: { machineId: "machine2", sessionId: anIdentity().sessionId, reason },
      },
    ]);
  });

  test("a message of another session is refused where one session is expected", () => {
    const { verifier } = anAgent();
    const expected = { sessionId: "another" };
    const reason = "Wrong session: signed for another one";
    expect(verifier.verify(aMessage(), AGENT_SECRET, expected)).toEqual({ valid: false, reason });
    expect(verifier.verify(aMessage(), AGENT_SECRET, { sessionId: anIdentity().sessionId }).valid).toBe(true);
  });

  test("VT-144 VT-153 the signed capabilities decide what may be asked", () => {
    const withInput = anIdentity({ capabilities: ["input"] });
    const message = signAnyway({ ...aMessage({ identity: withInput }), type: "terminal_resize" });
    const { verify } = anAgent();
    expect(verify(message)).toEqual({ valid: false, reason: "Capability missing: resize" });
  });

  test("a verifier can be told other needs", () => {
    const { verify } = anAgent({ requirements: makeRequirements({ file_read: "files" }) });
    expect(verify(aMessage({ type: "file_read" })).reason).toBe("Capability missing: files");
  });

  test("a genuine message that contradicts itself is refused", () => {
    const { verify } = anAgent();
    const message = aMessage();
    const token = { ...message.sessionToken, sessionId: "another" };
    expect(verify(signAnyway({ ...message, sessionToken: token }))).toEqual({
      valid: false,
      reason: "Malformed message",
    });
    const withoutPayload = { ...message, data: { ...message.data, payload: undefined } };
    expect(verify(signAnyway(withoutPayload))).toEqual({ valid: false, reason: "Malformed message" });
    const shortNonce = { ...message, data: { ...message.data, nonce: "abc" } };
    expect(verify(signAnyway(shortNonce))).toEqual({ valid: false, reason: "Malformed message" });
  });

  test("VT-138 when the nonce store is full of live nonces it refuses, says so, and recovers", () => {
    const { verify, log, clock } = anAgent({ nonceCapacity: 2 });
    verify(aMessage());
    verify(aMessage());
    expect(verify(aMessage()).reason).toBe("Replay cannot be ruled out: the nonce store is full");
    expect(log.lines).toMatchObject([{ level: "error", event: "SecureMessageReplayStoreFull" }]);
    clock.advance(61);
    expect(verify(aMessage({ now: clock.now() })).valid).toBe(true);
  });

  test("VT-124 machines count their nonces apart", () => {
    const message = aMessage();
    const elsewhere = {
      ...message,
      sessionToken: anIdentity({ machineId: "machine2" }),
      data: { ...message.data, machineId: "machine2" },
    };
    expect(anAgent().verify(message).valid).toBe(true);
    expect(anAgent({ machineId: "machine2" }).verify(signAnyway(elsewhere)).valid).toBe(true);
  });

  test("a missing secret verifies nothing, not even what was signed with an empty one", () => {
    const forged = aMessage();
    const { hmac: _, ...data } = forged.data;
    const text = signedText({ type: forged.type, sessionToken: forged.sessionToken, data });
    forged.data.hmac = createHmac("sha256", "").update(text).digest("hex");
    const { verifier } = anAgent();
    expect(verifier.verify(forged, "")).toEqual({ valid: false, reason: "HMAC validation failed" });
    expect(verifier.verify(forged, undefined as unknown as string).valid).toBe(false);
  });

  test("a clock that says NaN refuses everything", () => {
    expect(anAgent({ now: () => Number.NaN }).verify(aMessage()).valid).toBe(false);
  });

  test("any tolerance will do where a fresh key proves that a message is new", () => {
    const { verify } = anAgent({ clockSkewToleranceSeconds: Number.MAX_SAFE_INTEGER, nonceCapacity: 1 });
    const message = aMessage({ now: 0 });
    expect(verify(message).valid).toBe(true);
    expect(verify(message).valid).toBe(false);
  });
});
