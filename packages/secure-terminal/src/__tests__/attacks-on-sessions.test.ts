/** What viewers and hurried operators can try; each test is one attack and must fail as one. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SecureRemoteTerminalService } from "../index.ts";
import { AGENT_SECRET, NOON_MS, setUp, TOKEN_SECRET } from "../set-up.fixture.ts";

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
