/** One verifier for each machine, as many as are needed and no more than allowed; for servers that validate. */
import type { Log } from "./logger.ts";
import type { MessageVerifier, ValidationResult } from "./verify-message.ts";

/**
 * Machines with messages of the last two minutes that one process validates. They cost memory only for messages that
 * carried a valid HMAC; more machines than these are refused until older ones have fallen silent.
 */
const MAX_VERIFIED_MACHINES = 1_024;

export class MachineVerifiers {
  readonly #make: (machineId: string, forgottenUntilMs: number) => MessageVerifier;
  readonly #verifiers = new Map<string, MessageVerifier>();
  readonly #log: Log;
  #forgottenUntilMs = Number.NEGATIVE_INFINITY;

  constructor(make: (machineId: string, forgottenUntilMs: number) => MessageVerifier, log: Log) {
    this.#make = make;
    this.#log = log;
  }

  verify(message: unknown, machineId: string, agentSecret: string): ValidationResult {
    const known = this.#verifiers.get(machineId);
    if (known) return known.verify(message, agentSecret);
    const verifier = this.#make(machineId, this.#forgottenUntilMs);
    const result = verifier.verify(message, agentSecret);
    // Nothing is kept for a machine until a message proved that its secret is known.
    if (!result.valid) return result;
    if (!this.#makeRoom()) {
      this.#log("error", "SecureMessageReplayStoreFull", { machineId, machines: this.#verifiers.size });
      return { valid: false, reason: "Replay cannot be ruled out: too many machines" };
    }
    this.#verifiers.set(machineId, verifier);
    return result;
  }

  #makeRoom(): boolean {
    if (this.#verifiers.size < MAX_VERIFIED_MACHINES) return true;
    for (const [machineId, verifier] of this.#verifiers) {
      if (verifier.nonceCount() > 0) continue;
      this.#verifiers.delete(machineId);
      this.#forgottenUntilMs = Math.max(this.#forgottenUntilMs, verifier.forgottenUntilMs);
    }
    return this.#verifiers.size < MAX_VERIFIED_MACHINES;
  }
}
