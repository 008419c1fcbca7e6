/** Decides which messages on one stream are genuine: signed for this machine, session, epoch and very connection. */
import { EndSession, TerminalInput, TerminalResize } from "@sallyport/protocol";
import { MessageVerifier } from "@sallyport/secure-terminal";
import { z } from "zod";
import { streamKey } from "../identity/channel-keys.ts";
import type { Logger } from "../platform/logger.ts";
import type { ServerClock } from "./server-clock.ts";

/**
 * Messages that one viewer may send within the time in which a repeat would pass the timestamp check: 200 a second,
 * twice the default pace, for two minutes. Beyond it they are refused; at worst this is 4 MiB per busy session.
 */
const NONCES = 32_768;

const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("terminal_input"), data: z.object({ payload: TerminalInput }) }),
  z.object({ type: z.literal("terminal_resize"), data: z.object({ payload: TerminalResize }) }),
  z.object({ type: z.literal("end_session"), data: z.object({ payload: EndSession }) }),
]);

export type StreamMessage =
  | { type: "terminal_input"; payload: TerminalInput }
  | { type: "terminal_resize"; payload: z.infer<typeof TerminalResize> }
  | { type: "end_session"; payload: EndSession };
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
    const parsed = Message.safeParse(message);
    if (!parsed.success) return { genuine: false, reason: "the message cannot be understood" };
    return { genuine: true, message: messageOf(parsed.data) };
  }
}

/** The payload beside its type, so that one switch tells them apart. */
function messageOf({ type, data }: z.infer<typeof Message>): StreamMessage {
  return { type, payload: data.payload } as StreamMessage;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
