import { SecureTerminalError } from "./errors.ts";
import type { Log } from "./logger.ts";
import { DEFAULT_CLOCK_SKEW_TOLERANCE_SECONDS } from "./verify-message.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  secret: string;
  sessionExpirySeconds: number;
  rateLimitTokens: number;
  rateLimitBurst: number;
  clockSkewToleranceSeconds: number;
}

/** The guide's own numbers (VT-011 to VT-013). */
const DEFAULT_SESSION_EXPIRY_SECONDS = 300;
const DEFAULT_RATE_LIMIT_TOKENS = 100;
const DEFAULT_RATE_LIMIT_BURST = 20;

/** Bytes below which an HMAC-SHA256 key is weaker than the hash (RFC 2104, section 3). */
const MIN_SECRET_BYTES = 32;

const SECRET_FORM = /^[0-9a-f]{64}$/i;

/** Texts of guides and samples that were meant to be replaced; dotenv readers run no `$(openssl …)`. */
const PLACEHOLDER = /\$\(|openssl|your-generated|change[-_ ]?me|placeholder/i;

/** One to sixteen characters over and over: typed by hand. */
const REPETITION = /^(.{1,16}?)\1+$/s;

/**
 * Reads the five variables of the guide.
 *
 * @throws SecureTerminalError `INVALID_CONFIGURATION` naming the variable
 */
export function readSettings(env: Environment, secret: string | undefined, log: Log): Settings {
  return {
    secret: readSecret(secret ?? env.SESSION_TOKEN_SECRET, env.NODE_ENV === "production", log),
    sessionExpirySeconds: readInteger(env, "SESSION_EXPIRY_SECONDS", DEFAULT_SESSION_EXPIRY_SECONDS, 1),
    rateLimitTokens: readInteger(env, "RATE_LIMIT_TOKENS", DEFAULT_RATE_LIMIT_TOKENS, 1),
    rateLimitBurst: readInteger(env, "RATE_LIMIT_BURST", DEFAULT_RATE_LIMIT_BURST, 0),
    clockSkewToleranceSeconds: readInteger(env, "CLOCK_SKEW_TOLERANCE", DEFAULT_CLOCK_SKEW_TOLERANCE_SECONDS, 1),
  };
}

/** No default, ever (H12). */
function readSecret(given: string | undefined, isProduction: boolean, log: Log): string {
  const secret = given?.trim() ?? "";
  if (secret === "") throw invalid("SESSION_TOKEN_SECRET environment variable is required");
  if (PLACEHOLDER.test(secret))
    throw invalid("SESSION_TOKEN_SECRET still holds a placeholder; see openssl rand -hex 32");
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    throw invalid(`SESSION_TOKEN_SECRET is too short: ${MIN_SECRET_BYTES} bytes at least, better 64 hex characters`);
  }
  const hasForm = SECRET_FORM.test(secret);
  const isRepetition = REPETITION.test(secret);
  if (hasForm && !isRepetition) return secret;
  if (isProduction || (!hasForm && isRepetition))
    throw invalid("SESSION_TOKEN_SECRET must be 64 random hex characters");
  log("warn", "SessionTokenSecretWeak", { expected: "64 random hex characters" });
  return secret;
}

function readInteger(env: Environment, name: string, fallback: number, min: number): number {
  const text = env[name]?.trim() ?? "";
  if (text === "") return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
  throw invalid(`${name} must be a whole number of at least ${min}`);
}

const invalid = (message: string) => new SecureTerminalError("INVALID_CONFIGURATION", message);
