import { describe, expect, test } from "vitest";
import { AGENT_SECRET, NOON_SECONDS, setUp } from "./set-up.fixture.ts";

describe("validating", () => {
  test("VT-051 VT-052 VT-117 a new token is valid, an expired one is not", async () => {
    const { service, clock, log } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    expect(await service.validateSessionToken(token)).toBe(true);
    clock.advance(300);
    expect(await service.validateSessionToken(token)).toBe(false);
    expect(log.named("SessionTokenExpired")[0]).toEqual({
      level: "warn",
      event: "SessionTokenExpired",
      fields: { sessionId: token.sessionId, userId: "user1", expiresAt: token.expiresAt },
    });
  });

  test.each([
    ["sessionId", "another"],
    ["userId", "root"],
    ["machineId", "another"],
    ["issuedAt", NOON_SECONDS - 1],
    ["expiresAt", NOON_SECONDS + 9_999],
    ["capabilities", ["spawn", "input", "resize", "execute"]],
    ["signature", "0".repeat(64)],
    ["signature", "short"],
  ])("VT-117 a changed %s is noticed: %j", async (field, value) => {
    const { service, log } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    expect(await service.validateSessionToken({ ...token, [field]: value })).toBe(false);
    expect(log.named("SessionTokenTampering")).toMatchObject([{ level: "warn" }]);
    expect(await service.validateSessionToken(token)).toBe(true);
  });

  test.each([[undefined], [null], ["token"], [{}], [[]]])(
    "VT-117 %j is no token, and nothing is thrown",
    async (value) => {
      const { service } = setUp();
      expect(await service.validateSessionToken(value as never)).toBe(false);
    },
  );

  test("VT-129 VT-136 with a minute left it is renewed: the copy in hand and the one in memory move on", async () => {
    const { service, clock, log } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    clock.advance(239);
    await service.validateSessionToken(token);
    expect(token.expiresAt).toBe(NOON_SECONDS + 300);
    clock.advance(1);
    expect(await service.validateSessionToken(token)).toBe(true);
    expect(token.expiresAt).toBe(NOON_SECONDS + 240 + 300);
    expect(service.getSessionToken(token.sessionId)).toEqual(token);
    expect(await service.validateSessionToken(token)).toBe(true);
    expect(log.named("SessionTokenRefreshed")).toEqual([
      {
        level: "debug",
        event: "SessionTokenRefreshed",
        fields: { sessionId: token.sessionId, newExpiresAt: "2030-01-01T12:09:00.000Z" },
      },
    ]);
  });

  test("VT-129 a copy from before the renewal is valid until its own expiry", async () => {
    const { service, clock } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    const old = Object.freeze({ ...token });
    clock.advance(250);
    await service.validateSessionToken(token);
    expect(await service.validateSessionToken(old)).toBe(true);
    clock.advance(50);
    expect(await service.validateSessionToken(old)).toBe(false);
    expect(await service.validateSessionToken(token)).toBe(true);
  });

  test("X-42 a session that is used slides along, an idle one dies", async () => {
    const { service, clock } = setUp();
    const used = await service.issueSessionToken("user1", "machine1");
    const idle = await service.issueSessionToken("user2", "machine1");
    for (let minute = 0; minute < 60; minute++) {
      clock.advance(60);
      expect(await service.validateSessionToken(used)).toBe(true);
    }
    expect(service.getActiveSessions().map(({ userId }) => userId)).toEqual(["user1"]);
    expect(service.getSessionToken(idle.sessionId)).toBeNull();
  });

  test("VT-163 H13 a token whose session is over, or was another process's, is not valid", async () => {
    const { service, log } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    expect(await setUp().service.validateSessionToken(token)).toBe(false);
    await service.endSession(token.sessionId);
    expect(await service.validateSessionToken(token)).toBe(false);
    expect(log.named("SessionTokenRejected")).toMatchObject([
      { level: "warn", fields: { reason: "the session is over" } },
    ]);
  });
});

describe("looking", () => {
  test("VT-023 VT-066 getSessionToken answers at once, with a copy", async () => {
    const { service } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    const found = service.getSessionToken(token.sessionId);
    expect(found).toEqual(token);
    found?.capabilities.push("execute");
    expect(service.getSessionToken(token.sessionId)).toEqual(token);
    expect(service.getSessionToken("unknown")).toBeNull();
  });

  test("X-34 VT-143 an expired session is gone without any timer, and leaves its end row", async () => {
    const { service, clock, audit, log } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    clock.advance(1_000);
    expect(service.getSessionToken(token.sessionId)).toBeNull();
    expect(service.getSessionToken(token.sessionId)).toBeNull();
    expect(log.named("SessionTokenExpired")).toHaveLength(1);
    expect(audit.rows.slice(1)).toEqual([
      {
        eventType: "terminal_session_end",
        userId: "user1",
        machineId: "machine1",
        details: { sessionId: token.sessionId, duration: 300, cause: "expired" },
      },
    ]);
  });

  test("VT-067 VT-068 getActiveSessions lists the live ones", async () => {
    const { service, clock } = setUp();
    await service.issueSessionToken("user1", "machine1");
    clock.advance(299);
    const second = await service.issueSessionToken("user2", "machine2");
    expect(service.getActiveSessions()).toHaveLength(2);
    clock.advance(1);
    expect(service.getActiveSessions()).toEqual([second]);
  });
});

describe("ending", () => {
  test("VT-031 VT-064 VT-126 afterwards there is no token and no limit, and a second end is silent", async () => {
    const { service } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    expect(await service.endSession(sessionId)).toBeUndefined();
    expect(service.getSessionToken(sessionId)).toBeNull();
    expect(service.getRateLimitInfo(sessionId)).toBeNull();
    await service.endSession(sessionId);
    await service.endSession("unknown");
  });

  test("VT-035 VT-095 VT-096 VT-127 VT-150 beginning and end leave one row each, in the guide's columns", async () => {
    const { service, audit, clock } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    clock.advance(42);
    await service.endSession(sessionId);
    const who = { userId: "user1", machineId: "machine1" };
    const capabilities = ["spawn", "input", "resize"];
    expect(audit.rows).toEqual([
      {
        eventType: "terminal_session_start",
        ...who,
        details: { sessionId, capabilities, expiresAt: NOON_SECONDS + 300 },
      },
      { eventType: "terminal_session_end", ...who, details: { sessionId, duration: 42 } },
    ]);
  });

  test("VT-160 many ends at once leave one row", async () => {
    const { service, audit } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    await Promise.all(Array.from({ length: 5 }, () => service.endSession(sessionId)));
    expect(audit.rows).toHaveLength(2);
  });

  test("VT-151 an end that cannot be written is an end all the same", async () => {
    const { service, audit, log } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    audit.failure = new Error("disk full");
    await service.endSession(sessionId);
    expect(service.getSessionToken(sessionId)).toBeNull();
    expect(log.named("AuditLogFailed")).toMatchObject([{ level: "error", fields: { sessionId, error: "disk full" } }]);
  });

  test("VT-064 the token is void before the end's row is written", async () => {
    const { service } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    const ending = service.endSession(token.sessionId);
    expect(service.getSessionToken(token.sessionId)).toBeNull();
    await expect(service.createSecureMessage(token, "terminal_input", {}, AGENT_SECRET)).rejects.toThrow();
    await ending;
  });
});
