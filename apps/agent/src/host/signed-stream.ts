/** Decides which messages on one stream are genuine: signed for this machine, session, epoch and very connection. */
import { EndSession, TerminalInput, TerminalResize } from "@sallyport/protocol";
import { MessageVerifier } from "@sallyport/secure-terminal";
import type { z } from "zod";
import { streamKey } from "../identity/channel-keys.ts";
import type { Logger } from "../platform/logger.ts";
import type { ServerClock } from "./server-clock.ts";

/**
 * Messages that one viewer may send within the time in which a repeat would pass the timestamp check: 200 a second,
 * twice the default pace, for two minutes. Beyond it they are refused; at worst this is 4 MiB per busy session.
 */
const NONCES = 32_768;

/** By type. One look-up and one small schema a keystroke, where a union would try its way. */
const PAYLOADS = { terminal_input: TerminalInput, terminal_resize: TerminalResize, end_session: EndSession } as const;
type Payloads = typeof PAYLOADS;

export type StreamMessage = {
  [Type in keyof Payloads]: { type: Type; payload: z.infer<Payloads[Type]> };
}[keyof Payloads];
export type StreamVerdict = { genuine: true; message: StreamMessage } | { genuine: false; reason: string };

export interface SignedStreamOptions {
  machineId: string;
  machineKey: string;
  sessionId: string;
  epoch: number;
  /** Ours, sent with the stream's handshake. */
  challenge: string;
  clock: ServerClock;
  logger: Logger;
}

export class SignedStream {
  readonly #key: string;
  readonly #sessionId: string;
  readonly #verifier: MessageVerifier;

  constructor({ machineId, machineKey, clock, logger, ...connection }: SignedStreamOptions) {
    this.#key = streamKey(machineKey, connection);
    this.#sessionId = connection.sessionId;
    this.#verifier = new MessageVerifier({ machineId, logger, now: () => clock.now(), nonceCapacity: NONCES });
  }

  verify(text: string): StreamVerdict {
    const message = parseJson(text);
    const { valid, reason } = this.#verifier.verify(message, this.#key, { sessionId: this.#sessionId });
    if (!valid) return { genuine: false, reason: reason ?? "the signature is not valid" };
    // The verifier has said that it is a message; what its payload is, only its type says.
    const { type, data } = message as { type: string; data: { payload: unknown } };
    const parsed = Object.hasOwn(PAYLOADS, type) ? PAYLOADS[type as keyof Payloads].safeParse(data.payload) : undefined;
    if (!parsed?.success) return { genuine: false, reason: "the message cannot be understood" };
    return { genuine: true, message: { type, payload: parsed.data } as StreamMessage };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
