/** Decides which messages on one desktop's stream are genuine: signed for this machine, session, epoch and connection. */
import { type DesktopInput, SignedDesktopInput } from "@sallyport/protocol";
import { MessageVerifier } from "@sallyport/secure-terminal";
import type { Logger } from "../../platform/logger.ts";
import { readInput } from "./read-input.ts";

/** A pointer that moves says so sixty times a second; two minutes of it can be repeated by nobody. */
const NONCES = 32_768;
const TYPE = "desktop_input";

export interface SignedInputOptions {
  machineId: string;
  sessionId: string;
  epoch: number;
  key: string;
  /** The control plane's time, in milliseconds since the epoch. */
  now(): number;
  logger: Logger;
}

export type InputVerdict = { genuine: true; message: DesktopInput | undefined } | { genuine: false; reason: string };

export class SignedInput {
  readonly #options: SignedInputOptions;
  readonly #verifier: MessageVerifier;

  constructor(options: SignedInputOptions) {
    this.#options = options;
    const { machineId, logger, now } = options;
    this.#verifier = new MessageVerifier({ machineId, logger, now, nonceCapacity: NONCES });
  }

  /** A genuine one without a message is the viewer's mistake, not a forgery. */
  verify(text: string): InputVerdict {
    const { key, sessionId, epoch } = this.#options;
    const signed = parseJson(text);
    const { valid, reason } = this.#verifier.verify(signed, key, { sessionId });
    if (!valid) return { genuine: false, reason: reason ?? "the signature is not valid" };
    const { type, data } = signed as { type: string; data: { payload: unknown } };
    const payload = SignedDesktopInput.safeParse(data.payload);
    if (type !== TYPE || !payload.success) return { genuine: false, reason: "the message cannot be understood" };
    // The key is of one epoch, so this can only be the control plane contradicting itself.
    if (payload.data.epoch !== epoch) return { genuine: false, reason: "the message is of another stream" };
    return { genuine: true, message: readInput(payload.data.message) };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
