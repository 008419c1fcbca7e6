/** The guide's own snippets, as written there but for their console output. */
import { describe, expect, test } from "vitest";
import { type SecureMessage, SecureRemoteTerminalService, type SessionToken } from "../index.ts";
import { memoryAudit, memoryLog, overTheWire, setUp, TOKEN_SECRET } from "../set-up.fixture.ts";

const createLogger = (_name: string) => memoryLog().logger;

function aGuideService() {
  const audit = memoryAudit();
  const env = { SESSION_TOKEN_SECRET: TOKEN_SECRET };
  return {
    audit,
    terminalService: new SecureRemoteTerminalService(audit.prisma, createLogger("SecureTerminal"), { env }),
  };
}

describe("Feature: the minimal example", () => {
  test("VT-009 VT-019 VT-021 VT-032 VT-033 VT-039 should carry typed input from the web client to the agent", async () => {
    const { terminalService, audit } = aGuideService();

    async function spawnTerminal(userId: string, machineId: string): Promise<SessionToken> {
      const token = await terminalService.issueSessionToken(userId, machineId, ["spawn", "input", "resize"]);
      const secondsLeft = token.expiresAt - Math.floor(Date.now() / 1000);
      expect([299, 300]).toContain(secondsLeft);
      return token;
    }

    async function sendTerminalInput(sessionId: string, _machineId: string, input: string, agentSecret: string) {
      const token = terminalService.getSessionToken(sessionId);
      if (!token) return;
      const allowed = await terminalService.enforceRateLimit(sessionId);
      if (!allowed) return;
      const secureMessage = await terminalService.createSecureMessage(
        token,
        "terminal_input",
        { data: input },
        agentSecret,
      );
      expect(secureMessage.data.hmac.substring(0, 16)).toHaveLength(16);
      expect(secureMessage.data.nonce.substring(0, 16)).toHaveLength(16);
      expect(secureMessage.data.timestamp).toMatch(/Z$/);
      return secureMessage;
    }

    async function validateTerminalInput(message: SecureMessage, machineId: string, agentSecret: string) {
      const validation = await terminalService.validateSecureMessage(message, machineId, agentSecret);
      return validation.valid;
    }

    const { sessionId } = await spawnTerminal("user1", "machine1");
    const sent = await sendTerminalInput(sessionId, "machine1", "ls -la\n", "agent-secret");
    if (!sent) throw new Error("nothing was sent");
    const arrived = overTheWire(sent);
    expect(await validateTerminalInput(arrived, "machine1", "agent-secret")).toBe(true);
    expect(await validateTerminalInput(arrived, "machine1", "agent-secret")).toBe(false);

    await terminalService.endSession(sessionId);
    expect(await sendTerminalInput(sessionId, "machine1", "whoami\n", "agent-secret")).toBeUndefined();
    expect(audit.rows.map(({ eventType }) => eventType)).toEqual(["terminal_session_start", "terminal_session_end"]);
  });
});

describe("Feature: troubleshooting", () => {
  test("VT-029 VT-102 VT-103 should accept the guide's own test with a hardcoded secret", async () => {
    const { terminalService: service } = aGuideService();
    const testSecret = "test-secret-12345";
    const token = await service.issueSessionToken("user1", "machine1");
    const msg = await service.createSecureMessage(token, "terminal_input", {}, testSecret);
    const valid = await service.validateSecureMessage(msg, "machine1", testSecret);
    expect(valid.valid).toBe(true);
  });

  test("VT-114 VT-115 should refuse with a reason when another secret was used", async () => {
    const { terminalService: service } = aGuideService();
    const token = await service.issueSessionToken("user1", "machine1");
    const msg = await service.createSecureMessage(token, "terminal_input", {}, "one-secret");
    expect(await service.validateSecureMessage(msg, "machine1", "other-secret")).toEqual({
      valid: false,
      reason: "HMAC validation failed",
    });
  });
});

describe("Feature: the data flow of the architecture chapter", () => {
  test("VT-036 VT-037 VT-038 VT-042 VT-043 should spawn with spawn_shell, then type with a new HMAC and nonce each time", async () => {
    const { service } = setUp();
    const machine = { id: "machine1", secretKey: "the machine's own secret" };
    const token = await service.issueSessionToken("user1", machine.id);
    const spawn = await service.createSecureMessage(token, "spawn_shell", { cols: 80, rows: 24 }, machine.secretKey);
    const input = () => service.createSecureMessage(token, "terminal_input", { data: "ls -la" }, machine.secretKey);
    const [first, second] = [await input(), await input()];
    for (const message of [spawn, first, second].map(overTheWire)) {
      expect(await service.validateSecureMessage(message, machine.id, machine.secretKey)).toEqual({ valid: true });
    }
    expect(first.data.nonce).not.toBe(second.data.nonce);
    expect(first.data.hmac).not.toBe(second.data.hmac);
  });

  test("VT-046 VT-065 should write both audit rows for a connection that closes", async () => {
    const { service, audit } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    await service.endSession(sessionId);
    expect(audit.rows.map(({ userId, machineId }) => ({ userId, machineId }))).toEqual([
      { userId: "user1", machineId: "machine1" },
      { userId: "user1", machineId: "machine1" },
    ]);
  });
});
