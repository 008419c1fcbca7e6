/** Fields of one log event. Never a payload, a secret, a signature or an HMAC. */
export type LogFields = Record<string, unknown>;

/**
 * What is asked of a logger: `logger.warn("RateLimitExceeded", { sessionId, count })`. Any method may be missing, and
 * a missing logger is a silent one.
 */
export interface LoggerLike {
  debug?(event: string, fields: LogFields): unknown;
  info?(event: string, fields: LogFields): unknown;
  warn?(event: string, fields: LogFields): unknown;
  error?(event: string, fields: LogFields): unknown;
}

export type LogLevel = keyof LoggerLike;
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/** Makes any logger safe to call from inside a check: neither its absence nor its failure changes a verdict. */
export function quietLog(logger: LoggerLike | null | undefined): Log {
  return (level, event, fields = {}) => {
    try {
      logger?.[level]?.(event, fields);
    } catch {
      // A full disk under the log must not open or close a terminal.
    }
  };
}
