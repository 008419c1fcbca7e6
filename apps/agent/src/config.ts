/** The environment, read once and checked: nothing else here looks at `process.env`. */
import { DESKTOP_VARIABLES, type DesktopSettings, readDesktopSettings } from "./desktop/desktop-settings.ts";
import { type LogLevel, parseLogLevel } from "./platform/logger.ts";
import { UsageError } from "./usage-error.ts";

export interface Config {
  /** Where everything is kept unless `--state-dir` says otherwise. */
  stateDir: string | undefined;
  /** Folders that systemd made for the service, separated by colons. */
  systemdStateDirs: string | undefined;
  controlUrl: string | undefined;
  authKey: string | undefined;
  /** Tags to register with. */
  tags: readonly string[] | undefined;
  logLevel: LogLevel;
  desktop: DesktopSettings;
  /** Those of our variables that a process of ours in the background is started with. */
  desktopVariables: Record<string, string>;
  /** What our own processes, and from them the shells, inherit: everything but what is ours. */
  environment: Record<string, string>;
}

/** @throws UsageError when a variable holds what it cannot mean */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const text = (name: string) => env[name]?.trim() || undefined;
  const logLevel = parseLogLevel(text("LOG_LEVEL") ?? "info");
  if (!logLevel) throw new UsageError("LOG_LEVEL must be debug, info, warn, error or silent");
  return {
    stateDir: text("ZTNA_STATE_DIR"),
    systemdStateDirs: text("STATE_DIRECTORY"),
    controlUrl: text("ZTNA_CONTROL_URL"),
    authKey: text("ZTNA_AUTH_KEY"),
    tags: text("ZTNA_TAGS")?.split(","),
    logLevel,
    desktop: readDesktopSettings(env),
    desktopVariables: given(env, DESKTOP_VARIABLES),
    environment: withoutOurs(env),
  };
}

const given = (env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));

function withoutOurs(env: NodeJS.ProcessEnv): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !name.startsWith("ZTNA_")) inherited[name] = value;
  }
  return inherited;
}
