/**
 * Decides which commands of one link connection are genuine. Nothing is acted upon before this said yes.
 *
 * The key comes from a challenge that was made for this connection, so what was captured on another one, or before a
 * restart, verifies here never. Timestamps are measured with the control plane's own time, which the welcome brings.
 */
import { Clock, NO_SESSION } from "@sallyport/protocol";
import { MessageVerifier } from "@sallyport/secure-terminal";
import { z } from "zod";
import { freshChallenge, linkKey } from "../identity/channel-keys.ts";
import type { Logger } from "../platform/logger.ts";
import type { ServerClock } from "./server-clock.ts";

/** Commands are a few per session. A flood of them is refused rather than remembered without bound. */
const NONCES = 4_096;

const Envelope = z.object({
  type: z.string(),
  data: z.object({ sessionId: z.uuid(), payload: z.unknown() }),
});

export interface Command {
  type: string;
  sessionId: string;
  payload: unknown;
}

export type Verdict = { genuine: true; command: Command } | { genuine: false; reason: string };

export interface SignedCommandsOptions {
  machineId: string;
  machineKey: string;
  clock: ServerClock;
  logger: Logger;
}

export class SignedCommands {
  readonly challenge = freshChallenge();
  readonly #options: SignedCommandsOptions;
  readonly #key: string;
  readonly #verifier: MessageVerifier;
  #welcomed = false;

  constructor(options: SignedCommandsOptions) {
    this.#options = options;
    this.#key = linkKey(options.machineKey, this.challenge);
    const { machineId, logger, clock } = options;
    this.#verifier = new MessageVerifier({ machineId, logger, now: () => clock.now(), nonceCapacity: NONCES });
  }

  /**
   * Takes the control plane's time from the welcome. Returns how far our wall clock is behind it in milliseconds, or
   * undefined when the message is not genuine.
   */
  welcome(message: unknown): number | undefined {
    // Once per connection: a second one could only be a repeat of the first.
    if (this.#welcomed) return undefined;
    const { machineId, logger, clock } = this.#options;
    // Any timestamp will do: the key of our fresh challenge proves that the message is new.
    const anyTime = new MessageVerifier({
      machineId,
      logger,
      clockSkewToleranceSeconds: Number.MAX_SAFE_INTEGER,
      nonceCapacity: 1,
    });
    if (!anyTime.verify(message, this.#key, { sessionId: NO_SESSION }).valid) return undefined;
    const envelope = Envelope.safeParse(message);
    const payload = Clock.safeParse(envelope.data?.data.payload);
    if (envelope.data?.type !== "clock" || !payload.success) return undefined;
    this.#welcomed = true;
    return clock.set(payload.data.server_time_ms);
  }

  verify(message: unknown): Verdict {
    if (!this.#welcomed) return { genuine: false, reason: "a command came before the welcome" };
    const { valid, reason } = this.#verifier.verify(message, this.#key);
    if (!valid) return { genuine: false, reason: reason ?? "the signature is not valid" };
    const envelope = Envelope.safeParse(message);
    if (!envelope.success) return { genuine: false, reason: "the command cannot be understood" };
    const { type, data } = envelope.data;
    return { genuine: true, command: { type, sessionId: data.sessionId, payload: data.payload } };
  }
}
