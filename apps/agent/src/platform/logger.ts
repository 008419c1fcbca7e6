/** Structured log lines: one JSON object each, for people and for log shippers. Never terminal contents, never secrets. */

const LEVELS = { debug: 10, info: 20, warn: 30, error: 40, silent: 100 } as const;
export type LogLevel = keyof typeof LEVELS;
type LogFields = Record<string, unknown>;

export interface Logger {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  error(msg: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  with(fields: LogFields): Logger;
}

export interface LoggerOptions {
  level: LogLevel;
  /** Takes one whole line, newline included. */
  write: (line: string) => void;
  fields?: LogFields;
}

export function createLogger({ level, write, fields = {} }: LoggerOptions): Logger {
  const line = (name: Exclude<LogLevel, "silent">) => (msg: string, more?: LogFields) => {
    if (LEVELS[name] < LEVELS[level]) return;
    write(`${JSON.stringify({ level: name, time: new Date().toISOString(), ...fields, msg, ...more })}\n`);
  };
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    with: (more) => createLogger({ level, write, fields: { ...fields, ...more } }),
  };
}

/** A level as people write it, pino's names included; undefined when it is none. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const name = text.toLowerCase();
  if (name === "trace") return "debug";
  if (name === "fatal") return "error";
  return name in LEVELS ? (name as LogLevel) : undefined;
}
