import { expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";
import { spellSubnet } from "./platform/subnet.ts";

test("without a single variable the defaults of docs/operations.md hold", () => {
  expect(readConfig({})).toMatchObject({
    host: "127.0.0.1",
    port: 8080,
    databaseUrl: undefined,
    adminEmail: "admin@localhost",
    defaultPlan: "enterprise",
    sessionExpirySeconds: 300,
    rateLimitTokens: 100,
    rateLimitBurst: 20,
    clockSkewToleranceSeconds: 60,
    heartbeatTimeoutSeconds: 90,
    accessTokenSeconds: 86_400,
    trustProxy: [],
    logLevel: "info",
  });
});

test("every mistake is named at once, and no value is repeated", () => {
  const wrong = {
    PORT: "http",
    DEFAULT_PLAN: "gold",
    SESSION_TOKEN_SECRET: "default-secret-change-me",
    LOG_LEVEL: "loud",
  };
  const read = () => readConfig(wrong);
  expect(read).toThrow(ConfigError);
  for (const name of Object.keys(wrong)) expect(read).toThrow(new RegExp(`${name}: `));
  expect(read).not.toThrow(/default-secret-change-me/);
});

test.each(["", "$(openssl rand -hex 32)", "your-generated-64-char-hex-string-here", "ab".repeat(31)])(
  "X-41 SESSION_TOKEN_SECRET=%j is never the secret",
  (secret) => {
    if (secret === "") expect(readConfig({ SESSION_TOKEN_SECRET: secret }).sessionTokenSecret).toBeUndefined();
    else expect(() => readConfig({ SESSION_TOKEN_SECRET: secret })).toThrow(ConfigError);
  },
);

test("R-09 a misspelt option never opens anything", () => {
  for (const name of [
    "SESSION_EXPIRY_SECONDS",
    "RATE_LIMIT_TOKENS",
    "CLOCK_SKEW_TOLERANCE",
    "HEARTBEAT_TIMEOUT_SECONDS",
  ]) {
    for (const value of ["0", "-1", "never", "1e999", "NaN"]) expect(() => readConfig({ [name]: value })).toThrow(name);
  }
});

test("a public address is reduced to its origin", () => {
  expect(readConfig({ PUBLIC_URL: "https://door.example.com/path?x=1" }).publicUrl).toBe("https://door.example.com");
  expect(() => readConfig({ PUBLIC_URL: "ftp://door.example.com" })).toThrow("PUBLIC_URL");
});

test("R-28 what diagnostics may reach is written as subnets, addresses or private", () => {
  const allowed = (list: string) => readConfig({ TROUBLESHOOT_ALLOW: list }).troubleshootAllow.map(spellSubnet);
  expect(readConfig({}).troubleshootAllow).toEqual([]);
  expect(allowed("10.1.0.0/16, 2001:db8::1")).toEqual(["10.1.0.0/16", "2001:db8::1/128"]);
  expect(allowed("private")).toEqual(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]);
  for (const list of ["all", "10.0.0.0/33", "10.1", "10.0.0.0/8;::/0", "private,"]) {
    expect(() => allowed(list)).toThrow("TROUBLESHOOT_ALLOW: write addresses, subnets or private");
  }
});

test("tools are looked for in absolute folders", () => {
  expect(readConfig({ TROUBLESHOOT_TOOLS: "/opt/bin:/usr/bin" }).troubleshootTools).toEqual(["/opt/bin", "/usr/bin"]);
  for (const list of ["bin", "/usr/bin:", ".:/usr/bin"]) {
    expect(() => readConfig({ TROUBLESHOOT_TOOLS: list })).toThrow("TROUBLESHOOT_TOOLS");
  }
});
