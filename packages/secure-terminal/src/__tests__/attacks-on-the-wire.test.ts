/** What someone between server and machine can try; each test is one attack and must fail as one. */
import { createHmac, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveChannelKey, MessageVerifier, type SecureMessage, signMessage } from "../index.ts";
import { AGENT_SECRET, aMessage, anIdentity, manualClock, NOON_MS, overTheWire } from "../set-up.fixture.ts";

const anAgent = (clock = manualClock()) => new MessageVerifier({ machineId: "machine1", now: clock.now });

/** What the guide's own code and its relatives sign: not all that they act upon. */
function hmacOfGuide(message: SecureMessage): string {
  const { hmac: _, ...data } = message.data;
  return createHmac("sha256", AGENT_SECRET)
    .update(JSON.stringify({ type: message.type, ...data }))
    .digest("hex");
}

describe("someone between server and machine", () => {
  test.each([
    "",
    "garbage",
    "1e400",
    "NaN",
    "9999-12-31T23:59:60Z",
    "2026-02-30T12:00:00.000Z",
    1_893_499_200_000,
    null,
    ["2030-01-01T12:00:00.000Z"],
    { valueOf: 0 },
  ])("H8 T4.5 a timestamp that a lenient parser lets pass: %j", (timestamp) => {
    const message = overTheWire(aMessage());
    message.data.timestamp = timestamp as string;
    expect(anAgent().verify(message, AGENT_SECRET)).toEqual({ valid: false, reason: "Invalid timestamp format" });
  });

  test("H8 T4.5 ten thousand arbitrary timestamps", () => {
    const agent = anAgent();
    const message = overTheWire(aMessage());
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.jsonValue(), fc.double()), (timestamp) => {
        message.data.timestamp = timestamp as string;
        expect(agent.verify(message, AGENT_SECRET).valid).toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });

  test("H9 capabilities, user and session are signed: none can be edited on the way", () => {
    for (const [field, value] of [
      ["capabilities", ["spawn", "input", "resize", "execute"]],
      ["userId", "root"],
      ["sessionId", "another"],
      ["machineId", "another"],
    ] as const) {
      const message = overTheWire(aMessage());
      Object.assign(message.sessionToken, { [field]: value });
      expect(anAgent().verify(message, AGENT_SECRET).reason).toBe("HMAC validation failed");
    }
  });

  test("H9 an HMAC over less than everything is not one", () => {
    const message = aMessage();
    message.data.hmac = hmacOfGuide(message);
    expect(anAgent().verify(message, AGENT_SECRET).reason).toBe("HMAC validation failed");
  });

  test("H10 T4.2 a captured message plays on no other machine and in no other session, even with one shared secret", () => {
    const captured = aMessage();
    const elsewhere = new MessageVerifier({ machineId: "machine2", now: () => NOON_MS });
    expect(elsewhere.verify(captured, AGENT_SECRET).reason).toMatch(/^Wrong machine/);
    expect(anAgent().verify(captured, AGENT_SECRET, { sessionId: "another" }).reason).toMatch(/^Wrong session/);
  });

  test("H14 T4.3 what was captured before a restart plays on no later connection", () => {
    const key = (challenge: string) => deriveChannelKey(AGENT_SECRET, "label", "session", challenge);
    const [before, after] = [randomBytes(32).toString("hex"), randomBytes(32).toString("hex")];
    const identity = anIdentity();
    const captured = signMessage({ type: "terminal_input", identity, payload: {}, secret: key(before), now: NOON_MS });
    expect(anAgent().verify(captured, key(before)).valid).toBe(true);
    expect(anAgent().verify(captured, key(after)).valid).toBe(false);
  });

  test("T4.1 a flip of any one bit of the frame is noticed", () => {
    const frame = Buffer.from(JSON.stringify(aMessage()));
    let accepted = 0;
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const flipped = Buffer.from(frame);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (anAgent().verify(parse(flipped.toString("utf8")), AGENT_SECRET).valid) accepted++;
    }
    expect(accepted).toBe(0);
  });

  test("T4.6 a hundred thousand forged frames with fresh nonces leave nothing in memory", () => {
    const agent = anAgent();
    const message = overTheWire(aMessage());
    let accepted = 0;
    for (let i = 0; i < 100_000; i++) {
      message.data.nonce = randomBytes(16).toString("hex");
      if (agent.verify(message, AGENT_SECRET).valid) accepted++;
    }
    expect(accepted).toBe(0);
    expect(agent.nonceCount()).toBe(0);
  });

  test("a forger cannot use up a nonce before the genuine message comes", () => {
    const agent = anAgent();
    const genuine = aMessage();
    agent.verify({ ...genuine, data: { ...genuine.data, payload: "forged" } }, AGENT_SECRET);
    agent.verify({ ...genuine, data: { ...genuine.data, timestamp: "garbage" } }, AGENT_SECRET);
    expect(agent.verify(genuine, AGENT_SECRET)).toEqual({ valid: true });
  });

  test("H7 T4.7 five busy sessions on one machine do not push each other's nonces out: every frame replayed, none accepted", () => {
    const clock = manualClock();
    const agent = anAgent(clock);
    const sessions = [1, 2, 3, 4, 5].map((n) => anIdentity({ sessionId: `session-${n}` }));
    const captured: SecureMessage[] = [];
    // A fifth of 120 messages a second for 120 s; still more than the 10,000 nonces that the guide's relatives keep.
    for (let tick = 0; tick < 24 * 120; tick++) {
      for (const identity of sessions) captured.push(aMessage({ now: clock.now(), identity }));
      expect(captured.slice(-5).every((message) => agent.verify(message, AGENT_SECRET).valid)).toBe(true);
      clock.advance(1 / 24);
    }
    expect(captured).toHaveLength(14_400);
    const replayed = captured.map((message) => agent.verify(message, AGENT_SECRET));
    expect(replayed.filter(({ valid }) => valid)).toEqual([]);
    const reasons = new Set(replayed.map(({ reason }) => reason));
    expect(reasons).toEqual(new Set(["Timestamp outside acceptable range", "Replay detected: nonce already used"]));
  });

  test("a clock that is turned back does not make old captures new", () => {
    const clock = manualClock();
    const agent = anAgent(clock);
    const captured = aMessage({ now: clock.now() });
    agent.verify(captured, AGENT_SECRET);
    clock.advance(3_600);
    agent.verify(aMessage({ now: clock.now() }), AGENT_SECRET);
    clock.set(NOON_MS);
    expect(agent.verify(captured, AGENT_SECRET)).toEqual({
      valid: false,
      reason: "Replay detected: older than the nonces that are remembered",
    });
    expect(agent.verify(aMessage({ now: NOON_MS + 1 }), AGENT_SECRET).valid).toBe(true);
  });

  test("VT-135 T4.8 valid, tampered, replayed and expired get the guide's words", () => {
    const clock = manualClock();
    const agent = anAgent(clock);
    const message = aMessage();
    const tampered = { ...message, type: "execute_command" };
    expect(agent.verify(tampered, AGENT_SECRET).reason).toBe("HMAC validation failed");
    expect(agent.verify(message, AGENT_SECRET)).toEqual({ valid: true });
    expect(agent.verify(message, AGENT_SECRET).reason).toBe("Replay detected: nonce already used");
    clock.advance(61);
    expect(agent.verify(message, AGENT_SECRET).reason).toBe("Timestamp outside acceptable range");
  });

  test("T4.9 text that looks like the border between two fields stays inside its field", () => {
    const sign = (sessionId: string, userId: string) => aMessage({ identity: anIdentity({ sessionId, userId }) });
    const one = sign('a","type":"execute_command', "b");
    for (const message of [sign("a", 'b","type":"execute_command'), sign("a", "b")]) {
      const mixed = { ...message, data: { ...message.data, hmac: one.data.hmac, nonce: one.data.nonce } };
      expect(anAgent().verify(mixed, AGENT_SECRET).reason).toBe("HMAC validation failed");
    }
    expect(anAgent().verify(overTheWire(one), AGENT_SECRET)).toEqual({ valid: true });
  });

  test("T4.9 the order of keys does not matter, a second key of the same name does", () => {
    const message = aMessage();
    const backwards = JSON.stringify(message, (_key, value: unknown) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    );
    expect(anAgent().verify(JSON.parse(backwards), AGENT_SECRET)).toEqual({ valid: true });
    const doubled = JSON.stringify(message).replace('"type":', '"type":"terminal_input","type":"spawn_shell","typ":');
    expect(anAgent().verify(JSON.parse(doubled), AGENT_SECRET).valid).toBe(false);
  });

  test("T4.9 letters that look the same are not the same", () => {
    const message = overTheWire(aMessage({ identity: anIdentity({ userId: "caf\u00e9" }) }));
    expect(anAgent().verify(message, AGENT_SECRET).valid).toBe(true);
    message.sessionToken.userId = "cafe\u0301";
    expect(anAgent().verify(message, AGENT_SECRET).reason).toBe("HMAC validation failed");
  });
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
