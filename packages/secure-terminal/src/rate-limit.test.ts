import { describe, expect, test } from "vitest";
import type { SecureRemoteTerminalService } from "./secure-remote-terminal-service.ts";
import { NOON_SECONDS, setUp } from "./set-up.fixture.ts";

describe("the rate limit", () => {
  const burst = (service: SecureRemoteTerminalService, sessionId: string, count: number) =>
    Array.from({ length: count }, () => service.tryConsume(sessionId)).filter(Boolean).length;

  test("VT-024 VT-062 VT-063 VT-125 a hundred messages pass, the next does not, a second later a hundred more do", async () => {
    const { service, clock } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    const allowed = await Promise.all(Array.from({ length: 101 }, () => service.enforceRateLimit(sessionId)));
    expect(allowed.filter(Boolean)).toHaveLength(100);
    expect(allowed[100]).toBe(false);
    clock.advance(1);
    expect(burst(service, sessionId, 200)).toBe(100);
  });

  test("VT-092 VT-125 after an idle second twenty more pass", async () => {
    const { service, clock } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    clock.advance(1);
    expect(burst(service, sessionId, 200)).toBe(120);
  });

  test("VT-107 RATE_LIMIT_TOKENS and RATE_LIMIT_BURST set both numbers", async () => {
    const { service, clock } = setUp({}, { RATE_LIMIT_TOKENS: "200", RATE_LIMIT_BURST: "50" });
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    expect(burst(service, sessionId, 500)).toBe(200);
    clock.advance(2);
    expect(burst(service, sessionId, 500)).toBe(250);
  });

  test("VT-069 VT-141 the bucket can be looked at, and looking changes nothing", async () => {
    const { service, clock } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    expect(service.getRateLimitInfo(sessionId)).toEqual({
      sessionId,
      tokensAvailable: 100,
      lastRefillAt: NOON_SECONDS,
      exceededCount: 0,
    });
    burst(service, sessionId, 103);
    clock.advance(1.9);
    const info = service.getRateLimitInfo(sessionId);
    expect(info).toEqual({ sessionId, tokensAvailable: 100, lastRefillAt: NOON_SECONDS + 1, exceededCount: 3 });
    if (info) info.tokensAvailable = 10_000;
    expect(service.getRateLimitInfo(sessionId)?.tokensAvailable).toBe(100);
  });

  test("VT-106 the first refusal is logged, and every tenth", async () => {
    const { service, log } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    burst(service, sessionId, 125);
    expect(log.named("RateLimitExceeded")).toEqual(
      [1, 10, 20].map((count) => ({ level: "warn", event: "RateLimitExceeded", fields: { sessionId, count } })),
    );
  });

  test("sessions are limited each for itself", async () => {
    const { service } = setUp();
    const one = await service.issueSessionToken("user1", "machine1");
    const other = await service.issueSessionToken("user1", "machine1");
    burst(service, one.sessionId, 200);
    expect(service.tryConsume(other.sessionId)).toBe(true);
  });

  test("VT-142 a session that does not live has no limit to reach: refused, and nothing is made for it", async () => {
    const { service, log, clock } = setUp();
    const { sessionId } = await service.issueSessionToken("user1", "machine1");
    expect(await service.enforceRateLimit("unknown")).toBe(false);
    expect(service.getRateLimitInfo("unknown")).toBeNull();
    expect(log.named("RateLimitExceeded")).toEqual([]);
    clock.advance(300);
    expect(await service.enforceRateLimit(sessionId)).toBe(false);
  });
});
