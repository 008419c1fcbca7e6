import { userInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { type ShellFiles, type ShellUser, shellEnvironment } from "./shell-environment.ts";

const EVERYTHING_EXISTS: ShellFiles = { isDirectory: () => true, isExecutableFile: () => true };
const NOTHING_EXISTS: ShellFiles = { isDirectory: () => false, isExecutableFile: () => false };

const aUser = (over: Partial<ShellUser> = {}): ShellUser => ({
  username: "ada",
  homedir: "/home/ada",
  shell: "/bin/bash",
  ...over,
});

const variablesFrom = (env: Record<string, string>) => shellEnvironment(env, aUser(), EVERYTHING_EXISTS).env;

describe("the shell", () => {
  test.each([
    ["the account's own", aUser({ shell: "/bin/zsh" }), { SHELL: "/bin/fish" }, EVERYTHING_EXISTS, "/bin/zsh"],
    [
      "$SHELL when the account has none",
      aUser({ shell: null }),
      { SHELL: "/bin/fish" },
      EVERYTHING_EXISTS,
      "/bin/fish",
    ],
    [
      "$SHELL when the account's is empty",
      aUser({ shell: "" }),
      { SHELL: "/bin/fish" },
      EVERYTHING_EXISTS,
      "/bin/fish",
    ],
    ["/bin/sh when none is there", aUser(), { SHELL: "/bin/fish" }, NOTHING_EXISTS, "/bin/sh"],
    ["/bin/sh when $SHELL is no path", aUser({ shell: null }), { SHELL: "fish" }, EVERYTHING_EXISTS, "/bin/sh"],
    ["nologin when that is the account's", aUser({ shell: "/sbin/nologin" }), {}, EVERYTHING_EXISTS, "/sbin/nologin"],
  ])("is %s", (_, user, env, files, file) => {
    expect(shellEnvironment(env, user, files)).toMatchObject({ file, env: { SHELL: file } });
  });

  test.each([
    ["/usr/bin/fish", ["-l"]],
    ["/bin/sh", ["-l"]],
    ["/opt/elvish", []],
  ])("%s is started with %j", (shell, args) => {
    expect(shellEnvironment({}, aUser({ shell }), EVERYTHING_EXISTS).args).toEqual(args);
  });

  test("starts at home, or at the root when there is no home", () => {
    expect(shellEnvironment({}, aUser(), EVERYTHING_EXISTS)).toMatchObject({
      cwd: "/home/ada",
      env: { PWD: "/home/ada" },
    });
    expect(shellEnvironment({}, aUser(), NOTHING_EXISTS)).toMatchObject({ cwd: "/", env: { PWD: "/" } });
  });
});

test("home is where the agent's own environment has it, if that is there", () => {
  const away = { HOME: "/srv/ada" };
  expect(shellEnvironment(away, aUser(), EVERYTHING_EXISTS)).toMatchObject({
    cwd: "/srv/ada",
    env: { HOME: "/srv/ada" },
  });
  expect(shellEnvironment(away, aUser(), NOTHING_EXISTS).env.HOME).toBe("/home/ada");
  expect(shellEnvironment({ HOME: "relative" }, aUser(), EVERYTHING_EXISTS).env.HOME).toBe("/home/ada");
});

describe("the variables", () => {
  test("say who and what, whatever the agent's own say", () => {
    const env = variablesFrom({ USER: "root", LOGNAME: "root", TERM: "dumb", TERM_PROGRAM: "tmux" });
    expect(env).toEqual({
      HOME: "/home/ada",
      USER: "ada",
      LOGNAME: "ada",
      SHELL: "/bin/bash",
      PWD: "/home/ada",
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      COLORTERM: "truecolor",
      TERM_PROGRAM: "sallyport",
    });
  });

  test.each([
    "ZTNA_SECRET_KEY",
    "SALLYPORT_URL",
    "GATEKEY_TOKEN",
    "DATABASE_URL",
    "NATS_URL",
    "SESSION_TOKEN_SECRET",
    "CRON_SECRET",
    "ADMIN_PASSWORD",
    "PGPASSWORD",
    "npm_config_registry",
    "npm_lifecycle_event",
    "INIT_CWD",
    "NODE_OPTIONS",
    "NODE_ENV",
    "NODE_CHANNEL_FD",
    "VITEST",
    "VITEST_POOL_ID",
    "VSCODE_PID",
    "NOTIFY_SOCKET",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
    "LISTEN_FDS",
    "LISTEN_PID",
    "TMUX",
    "SSH_CONNECTION",
    "COLUMNS",
    "SHLVL",
    "_",
  ])("%s is not the shell's business", (name) => {
    expect(variablesFrom({ [name]: "x" })).not.toHaveProperty(name);
  });

  test.each(["LC_TIME", "TZ", "EDITOR", "http_proxy", "JAVA_HOME", "MY_npm_SETTING", "NODE_PATH", "SSH_AUTH_SOCK"])(
    "%s is passed on",
    (name) => {
      expect(variablesFrom({ [name]: "x" })).toHaveProperty(name, "x");
    },
  );

  test("PATH loses what npm put before it", () => {
    const npm = "/srv/sallyport/node_modules/.bin:/srv/node_modules/.bin:/usr/lib/node_modules/npm/bin/node-gyp-bin";
    expect(variablesFrom({ PATH: `${npm}:/opt/bin:/usr/bin` }).PATH).toBe("/opt/bin:/usr/bin");
  });

  test.each([
    [{}, "C.UTF-8"],
    [{ LANG: "C" }, "C.UTF-8"],
    [{ LANG: "de_DE.UTF-8" }, "de_DE.UTF-8"],
    [{ LANG: "de_DE.utf8" }, "de_DE.utf8"],
    [{ LANG: "C", LC_CTYPE: "en_GB.UTF-8" }, "C"],
    [{ LANG: "C", LC_ALL: "en_GB.UTF-8" }, "C"],
    [{ LANG: "de_DE.UTF-8", LC_ALL: "C" }, "C.UTF-8"],
  ])("with %j LANG is %s", (env, lang) => {
    expect(variablesFrom(env).LANG).toBe(lang);
  });
});

test("this machine's own user gets a shell that exists", () => {
  const { file, cwd } = shellEnvironment(process.env, userInfo());
  expect(file).toMatch(/^\//);
  expect(cwd).toMatch(/^\//);
});
