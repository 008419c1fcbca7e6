/** The environment, read once and checked: nothing else here looks at `process.env`. */
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
  /** The X display that viewers are shown; the one that is found if undefined. */
  display: string | undefined;
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
    display: text("ZTNA_DISPLAY"),
    environment: withoutOurs(env),
  };
}

function withoutOurs(env: NodeJS.ProcessEnv): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !name.startsWith("ZTNA_")) inherited[name] = value;
  }
  return inherited;
}
