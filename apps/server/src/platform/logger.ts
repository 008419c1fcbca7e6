import { pino } from "pino";

/**
 * Fields that never reach a log, at any depth that our own code logs. Secrets also never are logged on purpose;
 * this is the second wall. Addresses are logged without their query, where WebSocket clients put tokens.
 */
const SECRET_FIELDS = [
  "authorization",
  "cookie",
  "password",
  "access_token",
  "refresh_token",
  "token",
  "shell_token",
  "auth_key",
  "node_key",
  "machine_secret",
  "device_secret",
  "secret",
  "key",
  "signature",
  "hmac",
  "payload",
  "data",
];

export type Logger = ReturnType<typeof createLogger>;

/** A failed query names its parameters, which may be anybody's secret: of such an error only the query and its cause. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ("params" in error && "query" in error)
    return { type: "query", query: error.query, cause: describeError(error.cause) };
  const { name, message, stack, cause } = error;
  return { type: name, message, stack, ...(cause !== undefined && { cause: describeError(cause) }) };
}

/** Structured lines on standard output. */
export function createLogger(level: string) {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    redact: {
      paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: "[redacted]",
    },
  });
}

/** Our logger for a library that gives the event's name first and its fields second, where pino has it the other way. */
export function libraryLogger(logger: Logger) {
  const level = (name: "debug" | "info" | "warn" | "error") => (event: string, fields?: object) =>
    logger[name](fields ?? {}, event);
  return { debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") };
}

/** A path without its query. */
export const withoutQuery = (url: string | undefined): string => (url ?? "").split("?", 1)[0] ?? "";
