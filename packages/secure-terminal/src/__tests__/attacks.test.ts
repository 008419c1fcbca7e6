/** What others' implementations of the guide fall for; each test is one attack and must fail as one. */
import { createHmac, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  deriveChannelKey,
  MessageVerifier,
  type SecureMessage,
  SecureRemoteTerminalService,
  signMessage,
} from "../index.ts";
import { AGENT_SECRET, anIdentity, manualClock, NOON_MS, overTheWire, setUp, TOKEN_SECRET } from "../set-up.fixture.ts";

const aMessage = (now = NOON_MS, identity = anIdentity()): SecureMessage =>
  signMessage({ type: "terminal_input", identity, payload: { data: "x" }, secret: AGENT_SECRET, now });

const anAgent = (clock = manualClock()) => new MessageVerifier({ machineId: "machine1", now: clock.now });

/** What the guide's own code and its relatives sign: not all that they act upon. */
function hmacOfGuide(message: SecureMessage): string {
  const { hmac: _, ...data } = message.data;
  return createHmac("sha256", AGENT_SECRET)
    .update(JSON.stringify({ type: message.type, ...data }))
    .digest("hex");
}

describe("a viewer", () => {
  test("H6 who types too fast is told to wait, and may send the same again: no keystroke is lost here", async () => {
    const { service, clock } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    const typed = Array.from({ length: 500 }, (_, i) => i);
    const arrived: number[] = [];
    let seconds = 0;
    for (let next = typed[0]; next !== undefined; next = typed[arrived.length]) {
      if (service.tryConsume(sessionId)) {
        arrived.push(next);
        continue;
      }
      expect(service.getRateLimitInfo(sessionId)?.tokensAvailable).toBe(0);
      clock.advance(1);
      seconds++;
    }
    expect(arrived).toEqual(typed);
    expect(seconds).toBe(4);
  });

  test("H11 a user named system, root or admin is checked like any other", async () => {
    const { service } = setUp({ checkAccess: (userId) => userId === "user1" });
    for (const userId of ["system", "root", "admin", "orchestrator", "user1 "]) {
      await expect(service.issueSessionToken(userId, "machine1")).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    }
  });

  test("H13 an ended session is not revived: not by its token, not by a renewal, not by its id's next session", async () => {
    const { service, clock } = setUp();
    const issue = () => service.issueSessionToken("user1", "machine1", undefined, { sessionId: "mine" });
    const token = await issue();
    clock.advance(250);
    await service.endSession("mine");
    expect(await service.validateSessionToken(token)).toBe(false);
    await expect(service.createSecureMessage(token, "terminal_input", {}, AGENT_SECRET)).rejects.toThrow();
    await issue();
    expect(await service.validateSessionToken(token)).toBe(false);
    await expect(service.createSecureMessage(token, "terminal_input", {}, AGENT_SECRET)).rejects.toThrow();
  });

  test("H13 an expired session is not revived by a late validation", async () => {
    const { service, clock } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    clock.advance(300);
    expect(await service.validateSessionToken(token)).toBe(false);
    clock.set(NOON_MS);
    token.expiresAt += 1_000;
    expect(await service.validateSessionToken(token)).toBe(false);
  });

  test("H14 T5.4 a hundred thousand invented session ids leave no bucket behind", async () => {
    const { service } = setUp();
    const before = process.memoryUsage().heapUsed;
    let allowed = 0;
    for (let i = 0; i < 100_000; i++) if (service.tryConsume(`invented-${i}`)) allowed++;
    expect(allowed).toBe(0);
    expect(service.getRateLimitInfo("invented-1")).toBeNull();
    expect(service.getActiveSessions()).toEqual([]);
    // A bucket each would be some 20 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(15e6);
  });

  test("F-10 setting the server's clock an hour back or ahead does not stop the typing", async () => {
    const { service, clock } = setUp({}, { SESSION_EXPIRY_SECONDS: "86400" });
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    for (const hours of [-1, 2]) {
      clock.set(clock.now() + hours * 3_600_000);
      while (service.tryConsume(sessionId));
      clock.advance(1);
      expect(service.tryConsume(sessionId)).toBe(true);
    }
  });
});

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
      for (const identity of sessions) captured.push(aMessage(clock.now(), identity));
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
    const captured = aMessage(clock.now());
    agent.verify(captured, AGENT_SECRET);
    clock.advance(3_600);
    agent.verify(aMessage(clock.now()), AGENT_SECRET);
    clock.set(NOON_MS);
    expect(agent.verify(captured, AGENT_SECRET)).toEqual({
      valid: false,
      reason: "Replay detected: older than the nonces that are remembered",
    });
    expect(agent.verify(aMessage(NOON_MS + 1), AGENT_SECRET).valid).toBe(true);
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
    const sign = (sessionId: string, userId: string) => aMessage(NOON_MS, anIdentity({ sessionId, userId }));
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
    const message = overTheWire(aMessage(NOON_MS, anIdentity({ userId: "caf\u00e9" })));
    expect(anAgent().verify(message, AGENT_SECRET).valid).toBe(true);
    message.sessionToken.userId = "cafe\u0301";
    expect(anAgent().verify(message, AGENT_SECRET).reason).toBe("HMAC validation failed");
  });
});

describe("an agent or a server that is fed garbage", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const withData = (data: string) => `{"type":"terminal_input","sessionToken":{},"data":${data}}`;

  test("VT-130 any value whatever gets an answer, never an exception", async () => {
    const { service } = setUp();
    const anyValue = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    await fc.assert(
      fc.asyncProperty(
        anyValue,
        anyValue,
        fc.constantFrom("type", "sessionToken", "data"),
        async (value, part, field) => {
          const nearly = { ...aMessage(), [field]: part };
          for (const message of [value, nearly, { ...aMessage(), data: { ...aMessage().data, payload: part } }]) {
            const result = await service.validateSecureMessage(message, "machine1", AGENT_SECRET);
            if (!result.valid) expect(result.reason).toEqual(expect.any(String));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a getter that throws", Object.defineProperty({}, "type", { enumerable: true, get: () => fail() })],
    ["a proxy that throws", new Proxy({}, { get: () => fail(), ownKeys: () => fail() })],
    ["a payload that contains itself", withCycle()],
    ["a BigInt", { ...aMessage(), data: { ...aMessage().data, payload: 1n } }],
    ["a function", { ...aMessage(), data: { ...aMessage().data, payload: () => 1 } }],
    ["brackets, a hundred thousand deep", JSON.parse(withData(deep))],
    ["a prototype", JSON.parse('{"__proto__":{"type":"terminal_input"},"data":{"__proto__":{"hmac":"x"}}}')],
    ["fields that are inherited", Object.create(aMessage())],
    ["a list", [aMessage()]],
    ["two megabytes", { ...aMessage(), data: { ...aMessage().data, payload: "x".repeat(2_000_000) } }],
    ["an endless type", { ...aMessage(), type: "x".repeat(100_000) }],
  ])("VT-130 VT-154 %s is malformed", async (_, message) => {
    const { service } = setUp();
    const result = await service.validateSecureMessage(message, "machine1", AGENT_SECRET);
    expect(result).toEqual({ valid: false, reason: "Malformed message" });
  });

  test("machines that never proved their secret take no memory, and those that did are bounded", async () => {
    const { service, clock, log } = setUp();
    const validate = (machineId: string) => {
      const message = aMessage(clock.now(), anIdentity({ machineId }));
      return service.validateSecureMessage(message, machineId, AGENT_SECRET);
    };
    for (let n = 0; n < 2_000; n++) await service.validateSecureMessage(aMessage(), `invented-${n}`, AGENT_SECRET);
    for (let n = 0; n < 1_024; n++) expect((await validate(`machine-${n}`)).valid).toBe(true);
    expect(await validate("one-more")).toEqual({
      valid: false,
      reason: "Replay cannot be ruled out: too many machines",
    });
    expect(log.named("SecureMessageReplayStoreFull")).toHaveLength(1);
    clock.advance(61);
    expect(await validate("one-more")).toEqual({ valid: true });
  });
});

describe("an operator in a hurry", () => {
  test("H12 there is no default secret to forge tokens with", async () => {
    expect(() => new SecureRemoteTerminalService({}, null, { env: {} })).toThrow("required");
    const { service } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    const { signature: _, ...claims } = token;
    for (const guess of ["default-secret-change-me", "", "undefined", "secret", AGENT_SECRET]) {
      const signature = createHmac("sha256", guess).update(JSON.stringify(claims)).digest("hex");
      expect(await service.validateSessionToken({ ...token, signature })).toBe(false);
    }
    expect(TOKEN_SECRET).toHaveLength(64);
  });
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fail(): never {
  throw new Error("hostile");
}

function withCycle(): unknown {
  const payload: Record<string, unknown> = {};
  payload.self = payload;
  return { ...aMessage(), data: { ...aMessage().data, payload } };
}
