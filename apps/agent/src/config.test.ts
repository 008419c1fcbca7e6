import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

test("has defaults for everything", () => {
  expect(readConfig({})).toEqual({
    stateDir: undefined,
    systemdStateDirs: undefined,
    controlUrl: undefined,
    authKey: undefined,
    tags: undefined,
    logLevel: "info",
    display: undefined,
    environment: {},
  });
});

test("what is ours is read and not passed on", () => {
  const config = readConfig({
    ZTNA_AUTH_KEY: " key ",
    ZTNA_CONTROL_URL: "",
    ZTNA_STATE_DIR: "/s",
    PATH: "/bin",
    LOG_LEVEL: "TRACE",
  });
  expect(config).toMatchObject({ authKey: "key", controlUrl: undefined, stateDir: "/s", logLevel: "debug" });
  expect(config.environment).toEqual({ PATH: "/bin", LOG_LEVEL: "TRACE" });
});

test("says what a level may be", () => {
  expect(() => readConfig({ LOG_LEVEL: "loud" })).toThrow("LOG_LEVEL must be");
});
