/** A service on a clock that is moved by hand, whose log and audit rows can be read. */
import type { AuditRow } from "./audit-trail.ts";
import type { LogFields, LoggerLike, LogLevel } from "./logger.ts";
import type { MessageIdentity, SecureMessage } from "./secure-message.ts";
import { type SecureRemoteTerminalOptions, SecureRemoteTerminalService } from "./secure-remote-terminal-service.ts";
import { type SignMessageInput, signMessage } from "./sign-message.ts";

/** Made by `openssl rand -hex 32`; used nowhere else. */
export const TOKEN_SECRET = "8f1c40e2b7d95a3366e0c2f7a9144db85b7e21930cfa6d48e17b02c5fd3a9e64";
export const AGENT_SECRET = "test-secret-12345";
export const NOON_MS = Date.UTC(2030, 0, 1, 12);
export const NOON_SECONDS = NOON_MS / 1_000;

export const anIdentity = (over: Partial<MessageIdentity> = {}): MessageIdentity => ({
  sessionId: "550e8400-e29b-41d4-a716-446655440000",
  machineId: "machine1",
  userId: "user1",
  capabilities: ["spawn", "input", "resize"],
  ...over,
});

/** Typed at noon by user1 in a session on machine1. */
export const aMessage = (over: Partial<SignMessageInput> = {}): SecureMessage =>
  signMessage({
    type: "terminal_input",
    identity: anIdentity(),
    payload: { data: "ls -la" },
    secret: AGENT_SECRET,
    now: NOON_MS,
    ...over,
  });

interface LogLine {
  level: LogLevel;
  event: string;
  fields: LogFields;
}

export function memoryLog() {
  const lines: LogLine[] = [];
  const at = (level: LogLevel) => (event: string, fields: LogFields) => void lines.push({ level, event, fields });
  const logger: Required<LoggerLike> = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return { lines, logger, named: (event: string) => lines.filter((line) => line.event === event) };
}

export function manualClock(startMs = NOON_MS) {
  let wallMs = startMs;
  let elapsedMs = 0;
  return {
    now: () => wallMs,
    monotonicNow: () => elapsedMs,
    /** Time passes, for every clock. */
    advance(seconds: number) {
      wallMs += seconds * 1_000;
      elapsedMs += seconds * 1_000;
    },
    /** Somebody sets the wall clock. */
    set(ms: number) {
      wallMs = ms;
    },
  };
}

/** A database of one table that can be told to fail. */
export function memoryAudit() {
  const rows: AuditRow[] = [];
  const audit = {
    rows,
    failure: undefined as Error | undefined,
    prisma: {
      auditLog: {
        async create({ data }: { data: AuditRow }) {
          if (audit.failure) throw audit.failure;
          rows.push(data);
        },
      },
    },
  };
  return audit;
}

export function setUp(options: SecureRemoteTerminalOptions = {}, env: Record<string, string> = {}) {
  const log = memoryLog();
  const clock = manualClock();
  const audit = memoryAudit();
  const service = new SecureRemoteTerminalService(audit.prisma, log.logger, {
    now: clock.now,
    monotonicNow: clock.monotonicNow,
    checkAccess: () => true,
    env: { SESSION_TOKEN_SECRET: TOKEN_SECRET, ...env },
    ...options,
  });
  return { service, log, clock, audit };
}

/** What a message becomes on its way. */
export const overTheWire = <T>(message: T): T => JSON.parse(JSON.stringify(message));
