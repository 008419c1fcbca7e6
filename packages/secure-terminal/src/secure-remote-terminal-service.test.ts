import { createHmac } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as library from "./index.ts";
import { signedText } from "./secure-message.ts";
import { SecureRemoteTerminalService } from "./secure-remote-terminal-service.ts";
import { AGENT_SECRET, overTheWire, setUp, TOKEN_SECRET } from "./set-up.fixture.ts";

describe("the service", () => {
  test("VT-007 VT-070 is a named export with the guide's nine methods", () => {
    expect(library.SecureRemoteTerminalService).toBe(SecureRemoteTerminalService);
    expect(Object.getOwnPropertyNames(SecureRemoteTerminalService.prototype).sort()).toEqual(
      [
        "constructor",
        "issueSessionToken",
        "validateSessionToken",
        "createSecureMessage",
        "validateSecureMessage",
        "enforceRateLimit",
        "endSession",
        "getSessionToken",
        "getActiveSessions",
        "getRateLimitInfo",
        // Ours: enforceRateLimit without a promise.
        "tryConsume",
      ].sort(),
    );
  });

  test("VT-066 VT-067 VT-069 what only looks answers at once, the rest with a promise", async () => {
    const { service } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    expect(service.getSessionToken("x")).toBeNull();
    expect(service.getActiveSessions()).toBeInstanceOf(Array);
    expect(service.getRateLimitInfo("x")).toBeNull();
    for (const pending of [
      service.issueSessionToken("user1", "machine1"),
      service.validateSessionToken(token),
      service.createSecureMessage(token, "terminal_input", {}, AGENT_SECRET),
      service.validateSecureMessage({}, "machine1", AGENT_SECRET),
      service.enforceRateLimit(token.sessionId),
      service.endSession(token.sessionId),
    ]) {
      expect(pending).toBeInstanceOf(Promise);
      await pending;
    }
  });

  describe("in the environment of its process", () => {
    afterEach(() => vi.unstubAllEnvs());

    test("VT-008 VT-112 VT-146 the constructor reads it, once", async () => {
      vi.stubEnv("SESSION_TOKEN_SECRET", undefined);
      expect(() => new SecureRemoteTerminalService({}, console)).toThrow(
        "SESSION_TOKEN_SECRET environment variable is required",
      );
      vi.stubEnv("SESSION_TOKEN_SECRET", TOKEN_SECRET);
      vi.stubEnv("SESSION_EXPIRY_SECONDS", "1800");
      const service = new SecureRemoteTerminalService({}, null);
      vi.stubEnv("SESSION_EXPIRY_SECONDS", "7");
      const { issuedAt, expiresAt } = await service.issueSessionToken("user1", "machine1");
      expect(expiresAt - issuedAt).toBe(1_800);
    });
  });

  test("VT-143 keeps no timer, so nothing has to be closed", async () => {
    vi.useFakeTimers();
    try {
      const { service } = setUp();
      const token = await service.issueSessionToken("user1", "machine1");
      await service.validateSecureMessage(
        await service.createSecureMessage(token, "terminal_input", {}, AGENT_SECRET),
        "machine1",
        AGENT_SECRET,
      );
      service.tryConsume(token.sessionId);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("messages", () => {
  test("VT-025 VT-053 VT-054 VT-057 VT-058 VT-059 VT-061 what it signs it accepts, after a journey as JSON, once", async () => {
    const { service } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    const message = overTheWire(
      await service.createSecureMessage(token, "terminal_input", { data: "ls" }, AGENT_SECRET),
    );
    expect(await service.validateSecureMessage(message, "machine1", AGENT_SECRET)).toEqual({ valid: true });
    expect(await service.validateSecureMessage(message, "machine1", AGENT_SECRET)).toEqual({
      valid: false,
      reason: "Replay detected: nonce already used",
    });
  });

  test.each(["terminal_input", "terminal_resize", "execute_command", "spawn_shell", "a_type_of_the_host"])(
    "VT-055 X-36 the default capabilities allow %s",
    async (type) => {
      const { service } = setUp();
      const token = await service.issueSessionToken("user1", "machine1");
      const message = await service.createSecureMessage(token, type, { cols: 80 }, AGENT_SECRET);
      expect(message.type).toBe(type);
      expect(await service.validateSecureMessage(message, "machine1", AGENT_SECRET)).toEqual({ valid: true });
    },
  );

  test("VT-144 VT-153 what a session may not do is not signed", async () => {
    const { service } = setUp();
    const token = await service.issueSessionToken("user1", "machine1", ["resize"]);
    await expect(service.createSecureMessage(token, "terminal_input", {}, AGENT_SECRET)).rejects.toMatchObject({
      code: "CAPABILITY_MISSING",
      message: "The session lacks what terminal_input needs: input",
    });
  });

  test("a host's own needs hold for signing and for checking", async () => {
    const { service } = setUp({ requiredCapability: { execute_command: "execute" } });
    const token = await service.issueSessionToken("user1", "machine1");
    await expect(service.createSecureMessage(token, "execute_command", {}, AGENT_SECRET)).rejects.toThrow("execute");
    const other = setUp();
    const lenient = await other.service.issueSessionToken("user1", "machine1");
    const message = await other.service.createSecureMessage(lenient, "execute_command", {}, AGENT_SECRET);
    expect(await service.validateSecureMessage(message, "machine1", AGENT_SECRET)).toEqual({
      valid: false,
      reason: "Capability missing: execute",
    });
  });

  test("nothing is signed for a token that was changed, expired, ended or made up", async () => {
    const { service, clock } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    const sign = (given: unknown) => service.createSecureMessage(given as never, "terminal_input", {}, AGENT_SECRET);
    await expect(sign({ ...token, machineId: "machine2" })).rejects.toMatchObject({ code: "TOKEN_TAMPERED" });
    await expect(sign(null)).rejects.toMatchObject({ code: "TOKEN_TAMPERED" });
    await expect(sign(await setUp().service.issueSessionToken("user1", "machine1"))).rejects.toMatchObject({
      code: "SESSION_NOT_FOUND",
    });
    clock.advance(300);
    await expect(sign(token)).rejects.toThrow("Session not found or expired");
  });

  test("VT-060 VT-124 the same nonce under another machine is no replay", async () => {
    const { service } = setUp();
    const token = await service.issueSessionToken("user1", "machine1");
    const message = await service.createSecureMessage(token, "terminal_input", {}, AGENT_SECRET);
    const { hmac: _, ...data } = { ...message.data, machineId: "machine2" };
    const unsigned = { type: message.type, sessionToken: { ...message.sessionToken, machineId: "machine2" }, data };
    const hmac = createHmac("sha256", AGENT_SECRET).update(signedText(unsigned)).digest("hex");
    const twin = { ...unsigned, data: { ...data, hmac } };
    expect(await service.validateSecureMessage(message, "machine1", AGENT_SECRET)).toEqual({ valid: true });
    expect(await service.validateSecureMessage(twin, "machine2", AGENT_SECRET)).toEqual({ valid: true });
  });

  test("VT-014 VT-123 CLOCK_SKEW_TOLERANCE bounds a message's age", async () => {
    const { service, clock } = setUp({}, { CLOCK_SKEW_TOLERANCE: "5" });
    const token = await service.issueSessionToken("user1", "machine1");
    const message = await service.createSecureMessage(token, "terminal_input", {}, AGENT_SECRET);
    clock.advance(5.001);
    expect(await service.validateSecureMessage(message, "machine1", AGENT_SECRET)).toMatchObject({ valid: false });
  });
});
