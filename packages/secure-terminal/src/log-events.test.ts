import { describe, expect, test } from "vitest";
import { SecureRemoteTerminalService } from "./secure-remote-terminal-service.ts";
import { AGENT_SECRET, memoryLog, setUp, TOKEN_SECRET } from "./set-up.fixture.ts";

describe("the log", () => {
  test("VT-104 VT-148 VT-149 a session's life, in its events and levels", async () => {
    const { service, log, clock } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    const { sessionId } = token;
    clock.advance(90);
    await service.endSession(sessionId);
    const who = { sessionId, userId: "user1", machineId: "machine1" };
    const capabilities = ["spawn", "input", "resize"];
    expect(log.lines).toEqual([
      {
        level: "info",
        event: "TerminalSessionStarted",
        fields: { ...who, expiresAt: "2030-01-01T12:05:00.000Z", capabilities },
      },
      { level: "info", event: "TerminalSessionEnded", fields: { ...who, duration: 90, cause: "ended" } },
    ]);
  });

  test.each([
    ["no logger", null],
    ["a logger without methods", {}],
    ["a logger with one method", { warn: () => {} }],
    [
      "a logger that fails",
      {
        warn: () => {
          throw new Error("disk full");
        },
      },
    ],
  ])("VT-148 %s changes no verdict", async (_, logger) => {
    const service = new SecureRemoteTerminalService({}, logger, { env: { SESSION_TOKEN_SECRET: TOKEN_SECRET } });
    const token = await service.issueSessionToken("user1", "machine1");
    const message = await service.createSecureMessage(token, "terminal_input", {}, AGENT_SECRET);
    expect(await service.validateSecureMessage(message, "machine1", "another-secret")).toMatchObject({ valid: false });
    expect(await service.validateSecureMessage(message, "machine1", AGENT_SECRET)).toEqual({ valid: true });
    await service.endSession(token.sessionId);
  });

  test("a logger's methods are called as methods", () => {
    class Logger {
      readonly events: string[] = [];
      warn(event: string) {
        this.events.push(event);
      }
    }
    const logger = new Logger();
    new SecureRemoteTerminalService({}, logger, { env: { SESSION_TOKEN_SECRET: TOKEN_SECRET } });
    expect(logger.events).toContain("AuditLogMissing");
  });

  test("U-VT-13 what is typed, secrets, signatures and HMACs appear in no line, whatever happens", async () => {
    const log = memoryLog();
    const { service, clock } = setUp();
    const verifying = new SecureRemoteTerminalService({}, log.logger, {
      secret: TOKEN_SECRET,
      env: {},
      now: clock.now,
    });
    const token = await service.issueSessionToken("user1", "machine1");
    const typed = "typed-password-1234";
    const message = await service.createSecureMessage(token, "terminal_input", { data: typed }, AGENT_SECRET);
    await verifying.validateSecureMessage(message, "machine1", "another-secret-67890");
    await verifying.validateSecureMessage(message, "machine2", AGENT_SECRET);
    await verifying.validateSecureMessage(message, "machine1", AGENT_SECRET);
    await verifying.validateSecureMessage(message, "machine1", AGENT_SECRET);
    await verifying.validateSecureMessage({ ...message, data: typed }, "machine1", AGENT_SECRET);
    await verifying.validateSessionToken(token);
    await verifying.validateSessionToken({ ...token, signature: token.signature.replace(/./g, "0") });
    clock.advance(1_000);
    await verifying.validateSecureMessage(message, "machine1", AGENT_SECRET);
    await verifying.validateSessionToken(token);
    const text = JSON.stringify(log.lines);
    expect(log.lines.length).toBeGreaterThan(8);
    const secrets = [typed, AGENT_SECRET, "another-secret-67890", TOKEN_SECRET, token.signature, message.data.hmac];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });
});
