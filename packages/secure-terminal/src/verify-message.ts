import { makeRequirements, missingCapability, type Requirements } from "./capabilities.ts";
import { isHmacOf } from "./hmac.ts";
import { type Log, type LoggerLike, quietLog } from "./logger.ts";
import { ReplayGuard, type ReplayVerdict } from "./replay-guard.ts";
import { type OpenedMessage, openMessage } from "./secure-message.ts";
import { parseStrictTimestamp } from "./strict-timestamp.ts";

/** Seconds that two machines' clocks may differ when both are kept by NTP badly or a network stalls (VT-094). */
export const DEFAULT_CLOCK_SKEW_TOLERANCE_SECONDS = 60;

const NONCE = /^[0-9a-f]{32}$/;

/** `reason` is there exactly when `valid` is false; it holds nothing that the message brought. */
export interface ValidationResult {
  valid: boolean;
  reason?: string;
}

export interface MessageVerifierOptions {
  /** The machine that this verifier is: messages signed for another one are refused (H10). */
  machineId: string;
  logger?: LoggerLike | null | undefined;
  /** Largest accepted distance between a message's timestamp and `now`, either way. Default 60. */
  clockSkewToleranceSeconds?: number;
  /** Milliseconds since the epoch. Default: the wall clock. Must not throw. */
  now?: () => number;
  /** Most nonces remembered at a time. Default 262,144. */
  nonceCapacity?: number | undefined;
  /** What each type needs. Default: the built-in rules. */
  requirements?: Requirements | undefined;
  /** Messages stamped at or before this instant are refused; for taking over from an earlier verifier. */
  forgottenUntilMs?: number | undefined;
}

export interface ExpectedMessage {
  /** Refuses messages of any other session. */
  sessionId?: string;
}

const REPLAY_REASONS = {
  used: "Replay detected: nonce already used",
  forgotten: "Replay detected: older than the nonces that are remembered",
  full: "Replay cannot be ruled out: the nonce store is full",
} as const satisfies Record<Exclude<ReplayVerdict, "fresh">, string>;

/**
 * The receiving half, for an agent: decides whether a message may be acted upon. Needs the machine's secret and no
 * other; holds the nonces of one machine.
 *
 * Give `verify` what `JSON.parse` returned, and act only on that very object: all of it was signed.
 */
export class MessageVerifier {
  readonly #machineId: string;
  readonly #toleranceMs: number;
  readonly #now: () => number;
  readonly #requirements: Requirements;
  readonly #guard: ReplayGuard;
  readonly #log: Log;

  constructor(options: MessageVerifierOptions) {
    const { machineId, logger, nonceCapacity: capacity, forgottenUntilMs } = options;
    this.#machineId = machineId;
    this.#toleranceMs = (options.clockSkewToleranceSeconds ?? DEFAULT_CLOCK_SKEW_TOLERANCE_SECONDS) * 1_000;
    this.#now = options.now ?? (() => Date.now());
    this.#requirements = options.requirements ?? makeRequirements();
    this.#guard = new ReplayGuard({ toleranceMs: this.#toleranceMs, capacity, forgottenUntilMs });
    this.#log = quietLog(logger);
  }

  /** Nonces held now, expired ones dropped. */
  nonceCount(): number {
    this.#guard.forgetExpired(this.#now());
    return this.#guard.size;
  }

  /** The newest timestamp whose nonce is no longer known, in milliseconds since the epoch. */
  get forgottenUntilMs(): number {
    return this.#guard.forgottenUntilMs;
  }

  /**
   * Checks form, timestamp, HMAC, machine, session, capability and replay, and reports the first that fails in this
   * order. The HMAC is computed in any case, and a nonce is used up only by a message that passes everything.
   * Never throws, whatever `message` is.
   */
  verify(message: unknown, agentSecret: string, expected: ExpectedMessage = {}): ValidationResult {
    const nowMs = this.#now();
    const opened = openMessage(message);
    if (!opened) return this.#reject("Malformed message");
    const isGenuine =
      typeof agentSecret === "string" && agentSecret !== "" && isHmacOf(opened.hmac, agentSecret, opened.signedText);

    const timestampMs = parseStrictTimestamp(opened.timestamp);
    if (timestampMs === undefined) return this.#reject("Invalid timestamp format");
    const skewMs = Math.abs(nowMs - timestampMs);
    // Asked this way round, a clock that says NaN refuses.
    if (!(skewMs <= this.#toleranceMs)) return this.#outOfRange(opened, skewMs, isGenuine);
    if (!isGenuine) return this.#forged(opened);
    return this.#checkClaims(opened, expected) ?? this.#checkReplay(opened, timestampMs, nowMs);
  }

  /** What a genuine message says about itself. */
  #checkClaims(opened: OpenedMessage, expected: ExpectedMessage): ValidationResult | undefined {
    const { type, sessionId, machineId, capabilities, nonce } = opened;
    if (!opened.isConsistent || !NONCE.test(nonce)) return this.#reject("Malformed message", sessionId);
    if (machineId !== this.#machineId) return this.#reject("Wrong machine: signed for another one", sessionId);
    if (expected.sessionId !== undefined && sessionId !== expected.sessionId) {
      return this.#reject("Wrong session: signed for another one", sessionId);
    }
    const missing = missingCapability(type, capabilities, this.#requirements);
    return missing === undefined ? undefined : this.#reject(`Capability missing: ${missing}`, sessionId);
  }

  #checkReplay({ nonce, sessionId }: OpenedMessage, timestampMs: number, nowMs: number): ValidationResult {
    const verdict = this.#guard.admit(nonce, timestampMs, nowMs);
    if (verdict === "fresh") return { valid: true };
    const reason = REPLAY_REASONS[verdict];
    if (verdict === "full")
      this.#log("error", "SecureMessageReplayStoreFull", { machineId: this.#machineId, sessionId });
    else this.#log("warn", "SecureMessageReplayDetected", { machineId: this.#machineId, sessionId, nonce, reason });
    return { valid: false, reason };
  }

  #outOfRange({ sessionId, nonce }: OpenedMessage, skewMs: number, isGenuine: boolean): ValidationResult {
    const reason = "Timestamp outside acceptable range";
    const machineId = this.#machineId;
    this.#log("warn", "SecureMessageTimestampOutOfRange", { machineId, clockSkew: skewMs / 1_000 });
    // What we or our like did sign, but long ago, is either a wrong clock or somebody who plays it again.
    if (isGenuine) this.#log("warn", "SecureMessageReplayDetected", { machineId, sessionId, nonce, reason });
    return { valid: false, reason };
  }

  #forged({ sessionId }: OpenedMessage): ValidationResult {
    this.#log("warn", "SecureMessageHmacValidationFailed", { machineId: this.#machineId, sessionId });
    return { valid: false, reason: "HMAC validation failed" };
  }

  #reject(reason: string, sessionId?: string): ValidationResult {
    const fields = { machineId: this.#machineId, reason, ...(sessionId === undefined ? {} : { sessionId }) };
    this.#log("warn", "SecureMessageRejected", fields);
    return { valid: false, reason };
  }
}
