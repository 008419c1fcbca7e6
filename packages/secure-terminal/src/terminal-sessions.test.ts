import { describe, expect, test } from "vitest";
import { SecureRemoteTerminalService } from "./secure-remote-terminal-service.ts";
import { AGENT_SECRET, memoryLog, NOON_SECONDS, setUp, TOKEN_SECRET } from "./set-up.fixture.ts";

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("issuing", () => {
  test("VT-020 VT-021 VT-045 VT-047 VT-048 VT-050 VT-118 VT-119 VT-139 VT-140 a token says who, where, what and until when", async () => {
    const { service } = setUp();
    expect(await service.issueSessionToken("user123", "machine456")).toEqual({
      sessionId: expect.stringMatching(UUID_V4),
      userId: "user123",
      machineId: "machine456",
      issuedAt: NOON_SECONDS,
      expiresAt: NOON_SECONDS + 300,
      capabilities: ["spawn", "input", "resize"],
      signature: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("VT-019 VT-119 given capabilities are kept", async () => {
    const { service } = setUp();
    expect((await service.issueSessionToken("user1", "machine1", ["input"])).capabilities).toEqual(["input"]);
    expect((await service.issueSessionToken("user1", "machine1", [])).capabilities).toEqual([]);
  });

  test("VT-105 VT-118 the lifetime is SESSION_EXPIRY_SECONDS", async () => {
    const { service } = setUp({}, { SESSION_EXPIRY_SECONDS: "1800" });
    const { issuedAt, expiresAt } = await service.issueSessionToken("user1", "machine1");
    expect(expiresAt - issuedAt).toBe(1_800);
  });

  test("the host may choose the session's id, once at a time", async () => {
    const { service } = setUp();
    const issue = () => service.issueSessionToken("user1", "machine1", undefined, { sessionId: "mine" });
    const [first, second] = await Promise.allSettled([issue(), issue()]);
    expect(first).toMatchObject({ status: "fulfilled", value: { sessionId: "mine" } });
    expect(second).toMatchObject({ status: "rejected", reason: { code: "SESSION_ID_TAKEN" } });
    await expect(issue()).rejects.toMatchObject({ code: "SESSION_ID_TAKEN" });
  });

  test("VT-022 VT-049 VT-128 without access it throws, and leaves no session and no start row", async () => {
    const { service, audit, log } = setUp({ checkAccess: () => false });
    await expect(service.issueSessionToken("user1", "machine1")).rejects.toThrow(
      "Unauthorized: No access to this machine",
    );
    expect(service.getActiveSessions()).toEqual([]);
    expect(audit.rows).toEqual([]);
    expect(log.lines).toEqual([
      {
        level: "warn",
        event: "SessionTokenRejected",
        fields: { userId: "user1", machineId: "machine1", reason: "no access to this machine" },
      },
    ]);
  });

  test("an access check that fails denies, and its reason goes to the log and not to the user", async () => {
    const { service, log } = setUp({
      checkAccess: () => {
        throw new Error("database at 10.0.0.7 is down");
      },
    });
    await expect(service.issueSessionToken("user1", "machine1")).rejects.toMatchObject({
      code: "ACCESS_UNKNOWN",
      message: "Unauthorized: Access to this machine could not be checked",
    });
    expect(log.named("AccessCheckFailed")).toMatchObject([
      { level: "error", fields: { error: "database at 10.0.0.7 is down" } },
    ]);
  });

  test("only true is a yes", async () => {
    const { service } = setUp({ checkAccess: async () => "yes" as unknown as boolean });
    await expect(service.issueSessionToken("user1", "machine1")).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  test("VT-151 an audit row that cannot be written refuses the session", async () => {
    const { service, audit, log } = setUp();
    audit.failure = new Error("disk full");
    await expect(service.issueSessionToken("user1", "machine1")).rejects.toMatchObject({ code: "AUDIT_FAILED" });
    expect(service.getActiveSessions()).toEqual([]);
    expect(log.named("AuditLogFailed")).toMatchObject([{ level: "error", fields: { error: "disk full" } }]);
    expect(log.named("TerminalSessionStarted")).toEqual([]);
  });

  test("the token is not handed out before its row is written", async () => {
    const order: string[] = [];
    const slow = {
      auditLog: {
        create: async () => {
          await new Promise(setImmediate);
          order.push("row");
        },
      },
    };
    const service = new SecureRemoteTerminalService(slow, null, { secret: TOKEN_SECRET, env: {} });
    await service.issueSessionToken("user1", "machine1").then(() => order.push("token"));
    expect(order).toEqual(["row", "token"]);
  });

  test("a session that was ended while it was being issued does not begin, and its rows say so", async () => {
    const { service, audit } = setUp();
    const issued = service.issueSessionToken("user1", "machine1", undefined, { sessionId: "mine" });
    await service.endSession("mine");
    await expect(issued).rejects.toMatchObject({ code: "SESSION_ENDED" });
    expect(service.getSessionToken("mine")).toBeNull();
    expect(audit.rows.map(({ eventType }) => eventType)).toEqual(["terminal_session_start", "terminal_session_end"]);
  });

  test.each([
    ["user", ["", "machine1"]],
    ["user that is no text", [undefined, "machine1"]],
    ["machine", ["user1", ""]],
    ["endless machine", ["user1", "x".repeat(257)]],
    ["machine that is no text", ["user1", { $ne: null }]],
    ["list of capabilities", ["user1", "machine1", [1]]],
    ["capability without a name", ["user1", "machine1", [""]]],
  ] as [string, [string, string, string[]?]][])("a missing or malformed %s is refused", async (_, args) => {
    const { service } = setUp();
    await expect(service.issueSessionToken(...args)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("sessions are bounded, and room comes back with every end and every expiry", async () => {
    const { service, clock } = setUp({ maxSessions: 2 });
    const issue = () => service.issueSessionToken("user1", "machine1");
    const first = await issue();
    await issue();
    await expect(issue()).rejects.toMatchObject({ code: "TOO_MANY_SESSIONS" });
    await service.endSession(first.sessionId);
    await issue();
    await expect(issue()).rejects.toMatchObject({ code: "TOO_MANY_SESSIONS" });
    clock.advance(300);
    await issue();
    expect(service.getActiveSessions()).toHaveLength(1);
  });
});

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

describe("without a database", () => {
  test.each([
    ["{}", {}],
    ["null", null],
    ["undefined", undefined],
    ["another object", { user: {} }],
  ])("VT-097 VT-102 X-40 the handle %s is enough, and the log says what is missing", async (_, prisma) => {
    const log = memoryLog();
    const service = new SecureRemoteTerminalService(prisma, log.logger, {
      env: { SESSION_TOKEN_SECRET: TOKEN_SECRET },
    });
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    await service.endSession(sessionId);
    expect(log.lines.map(({ level, event }) => `${level} ${event}`)).toEqual([
      "warn AccessCheckMissing",
      "warn AuditLogMissing",
      "info TerminalSessionStarted",
      "info TerminalSessionEnded",
    ]);
  });

  test("VT-101 X-40 a handle that knows machines is asked, and an unknown machine is refused", async () => {
    const log = memoryLog();
    const asked: unknown[] = [];
    const prisma = {
      machine: {
        async findUnique(query: { where: { id: string } }) {
          asked.push(query);
          return query.where.id === "machine1" ? { id: "machine1" } : null;
        },
      },
    };
    const service = new SecureRemoteTerminalService(prisma, log.logger, {
      env: { SESSION_TOKEN_SECRET: TOKEN_SECRET },
    });
    await service.issueSessionToken("user1", "machine1");
    await expect(service.issueSessionToken("user1", "machine2")).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect(asked).toEqual([{ where: { id: "machine1" } }, { where: { id: "machine2" } }]);
    expect(log.named("MachineNotFound")).toEqual([
      { level: "warn", event: "MachineNotFound", fields: { userId: "user1", machineId: "machine2" } },
    ]);
  });
});
