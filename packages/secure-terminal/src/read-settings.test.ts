import { describe, expect, test } from "vitest";
import { quietLog } from "./logger.ts";
import { readSettings } from "./read-settings.ts";
import { memoryLog, TOKEN_SECRET } from "./set-up.fixture.ts";

function read(env: Record<string, string | undefined>, secret?: string) {
  const log = memoryLog();
  const settings = readSettings({ SESSION_TOKEN_SECRET: TOKEN_SECRET, ...env }, secret, quietLog(log.logger));
  return { settings, events: log.lines.map(({ level, event }) => `${level} ${event}`) };
}

describe("the environment", () => {
  test("VT-011 VT-012 VT-013 VT-014 VT-015 all but the secret has a default", () => {
    expect(read({})).toEqual({
      events: [],
      settings: {
        secret: TOKEN_SECRET,
        sessionExpirySeconds: 300,
        rateLimitTokens: 100,
        rateLimitBurst: 20,
        clockSkewToleranceSeconds: 60,
      },
    });
  });

  test("VT-091 VT-093 VT-105 VT-107 VT-110 every number can be tuned", () => {
    const { settings } = read({
      SESSION_EXPIRY_SECONDS: "1800",
      RATE_LIMIT_TOKENS: "200",
      RATE_LIMIT_BURST: " 50 ",
      CLOCK_SKEW_TOLERANCE: "120",
    });
    expect(settings).toMatchObject({
      sessionExpirySeconds: 1_800,
      rateLimitTokens: 200,
      rateLimitBurst: 50,
      clockSkewToleranceSeconds: 120,
    });
  });

  test.each(["0", "-1", "1.5", "1e3", "0x10", "many", "Infinity", "9007199254740993"])(
    "a lifetime of %j is refused rather than guessed at",
    (text) => {
      expect(() => read({ SESSION_EXPIRY_SECONDS: text })).toThrow(
        expect.objectContaining({
          code: "INVALID_CONFIGURATION",
          message: "SESSION_EXPIRY_SECONDS must be a whole number of at least 1",
        }),
      );
    },
  );

  test("no burst is a burst, an empty variable is none", () => {
    expect(read({ RATE_LIMIT_BURST: "0", RATE_LIMIT_TOKENS: "" }).settings).toMatchObject({
      rateLimitBurst: 0,
      rateLimitTokens: 100,
    });
  });
});

describe("the secret", () => {
  test.each([[undefined], [""], ["  "]])(
    "VT-146 H12 without one (%j) there is no service, and no default",
    (secret) => {
      expect(() => read({ SESSION_TOKEN_SECRET: secret })).toThrow(
        "SESSION_TOKEN_SECRET environment variable is required",
      );
    },
  );

  test.each([["production"], ["development"]])(
    "VT-010 VT-016 64 random hex characters are what is asked for (%s)",
    (mode) => {
      expect(read({ NODE_ENV: mode })).toMatchObject({ events: [], settings: { secret: TOKEN_SECRET } });
    },
  );

  test.each([
    "$(openssl rand -hex 32)",
    "your-generated-64-char-hex-string-here",
    "please-change-me-please-change-me-please",
  ])("VT-017 X-41 the placeholder %s is refused everywhere", (secret) => {
    expect(() => read({ SESSION_TOKEN_SECRET: secret })).toThrow("placeholder");
  });

  test("VT-147 a short one is refused everywhere", () => {
    expect(() => read({ SESSION_TOKEN_SECRET: "abc123def456" })).toThrow("too short");
    expect(() => read({ SESSION_TOKEN_SECRET: TOKEN_SECRET.slice(0, 31) })).toThrow("too short");
  });

  test.each([
    ["another form", "correct horse battery staple, and more"],
    ["63 hex characters", TOKEN_SECRET.slice(1)],
    ["64 hex characters typed by hand", "deadbeef".repeat(8)],
  ])("X-41 %s: a warning while developing, a refusal in production", (_, secret) => {
    expect(read({ SESSION_TOKEN_SECRET: secret }).events).toEqual(["warn SessionTokenSecretWeak"]);
    expect(() => read({ SESSION_TOKEN_SECRET: secret, NODE_ENV: "production" })).toThrow("64 random hex characters");
  });

  test("one character over and over, in no known form, is refused everywhere", () => {
    expect(() => read({ SESSION_TOKEN_SECRET: "x".repeat(40) })).toThrow("64 random hex characters");
  });

  test("an option stands above the environment, and is held to the same rules", () => {
    const other = TOKEN_SECRET.replace("8f", "00");
    expect(read({}, other).settings.secret).toBe(other);
    expect(() => read({}, "short")).toThrow("too short");
  });

  test("a refusal never repeats the secret", () => {
    for (const secret of ["hunter2", "x".repeat(40), "$(openssl rand)hunter2-hunter2-hunter2-hunter2"]) {
      try {
        read({ SESSION_TOKEN_SECRET: secret });
      } catch (error) {
        expect(String(error)).not.toContain(secret);
      }
    }
  });
});
