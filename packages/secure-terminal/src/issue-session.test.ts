import { describe, expect, test } from "vitest";
import { SecureRemoteTerminalService } from "./secure-remote-terminal-service.ts";
import { memoryLog, NOON_SECONDS, setUp, TOKEN_SECRET } from "./set-up.fixture.ts";

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

  test("a refusal costs nothing: neither a place among the sessions nor the id", async () => {
    let isAllowed = false;
    const { service } = setUp({ checkAccess: () => isAllowed, maxSessions: 1 });
    const issue = () => service.issueSessionToken("user1", "machine1", undefined, { sessionId: "mine" });
    await expect(issue()).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    isAllowed = true;
    expect(await issue()).toMatchObject({ sessionId: "mine" });
  });

  test("a list of capabilities that grows while access is checked grants no more than was asked for", async () => {
    const capabilities = ["input"];
    const { service } = setUp({
      checkAccess: () => {
        capabilities.push("execute");
        return true;
      },
    });
    expect((await service.issueSessionToken("user1", "machine1", capabilities)).capabilities).toEqual(["input"]);
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

  test("an id that is taken again while its ended first use is still being issued opens one session, the second", async () => {
    const { service } = setUp();
    const issue = (userId: string) => service.issueSessionToken(userId, "machine1", undefined, { sessionId: "mine" });
    const first = issue("user1");
    await service.endSession("mine");
    const second = issue("user2");
    await expect(first).rejects.toMatchObject({ code: "SESSION_ENDED" });
    expect(await second).toMatchObject({ userId: "user2" });
    expect(service.getSessionToken("mine")).toMatchObject({ userId: "user2" });
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
