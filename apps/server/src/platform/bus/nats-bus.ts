/**
 * The bus over NATS. What comes from it is hostile until its MAC was checked: whoever can reach the broker can send,
 * and only nodes that know the control plane's secret are believed (T10.1, T10.2).
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";
import type { Logger } from "../logger.ts";
import type { Metrics } from "../metrics.ts";
import { type MessageBus, Signal } from "./message-bus.ts";

const SUBJECT = "sallyport.signals";
/** A signal is some hundred bytes. */
const MAX_BYTES = 4_096;
const RECONNECT_EVERY_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;

const Letter = z.object({
  from: z.uuid(),
  /** Rises with every letter of a sender: what is not newer than the last one is a repeat. */
  seq: z.number().int().positive(),
  signal: Signal,
});

export interface NatsBusOptions {
  url: string;
  /** Shared by the nodes; from the keyring. */
  key: Buffer;
  logger: Logger;
  metrics: Metrics;
}

export class NatsBus implements MessageBus {
  readonly #options: NatsBusOptions;
  /** Of this process, not of the node: a restart counts from 1 again. */
  readonly #from = randomUUID();
  readonly #lastSeq = new Map<string, number>();
  #seq = 0;
  #connection: NatsConnection | undefined;
  #listener: Parameters<MessageBus["listen"]>[0] | undefined;
  #closing = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: NatsBusOptions) {
    this.#options = options;
    void this.#connect();
  }

  publish(signal: Signal): void {
    const body = JSON.stringify({ from: this.#from, seq: ++this.#seq, signal } satisfies z.infer<typeof Letter>);
    const connection = this.#connection;
    // Without a connection it is not kept: the database tells the others what they missed.
    if (!connection || connection.isClosed()) return;
    try {
      connection.publish(SUBJECT, `${this.#mac(body)}${body}`);
    } catch (error) {
      this.#options.logger.warn({ err: error }, "a signal could not be sent");
    }
  }

  listen(listener: Parameters<MessageBus["listen"]>[0]): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#retry);
    await this.#connection?.close();
  }

  /** Tries for as long as the node runs: a broker that is away at the start is like one that goes away later. */
  async #connect(): Promise<void> {
    const { url, logger } = this.#options;
    try {
      this.#connection = await connect({
        servers: url,
        timeout: CONNECT_TIMEOUT_MS,
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_EVERY_MS,
        reconnectJitter: RECONNECT_EVERY_MS,
        pingInterval: 5_000,
        maxPingOut: 2,
        name: "sallyport",
      });
    } catch (error) {
      if (this.#closing) return;
      logger.warn({ err: error }, "the message bus cannot be reached; the database is asked instead");
      this.#retry = setTimeout(() => void this.#connect(), RECONNECT_EVERY_MS * 4);
      return;
    }
    if (this.#closing) return void this.#connection.close();
    this.#connection.subscribe(SUBJECT, {
      callback: (error, message) => {
        if (!error) this.#receive(message.data);
      },
    });
    this.#options.metrics.busConnected.set(1);
    this.#listener?.restored();
    void this.#watch(this.#connection);
  }

  async #watch(connection: NatsConnection): Promise<void> {
    const { logger, metrics } = this.#options;
    for await (const { type } of connection.status()) {
      if (type === "disconnect") {
        metrics.busConnected.set(0);
        logger.warn({}, "the message bus is away; the database is asked instead");
      } else if (type === "reconnect") {
        metrics.busConnected.set(1);
        logger.info({}, "the message bus is back");
        this.#listener?.restored();
      }
    }
  }

  #receive(bytes: Uint8Array): void {
    const letter = this.#open(bytes);
    if (letter === "own") return;
    if (letter) return this.#listener?.heard(letter.signal);
    this.#options.metrics.busRejected.inc();
    this.#options.logger.debug({ bytes: bytes.length }, "a signal was not believed");
  }

  #open(bytes: Uint8Array): z.infer<typeof Letter> | "own" | undefined {
    if (bytes.length > MAX_BYTES) return undefined;
    const text = Buffer.from(bytes).toString("utf8");
    const body = text.slice(MAC_CHARS);
    const given = Buffer.from(text.slice(0, MAC_CHARS));
    const expected = Buffer.from(this.#mac(body));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const letter = parse(body);
    if (letter?.from === this.#from) return "own";
    if (!letter || letter.seq <= (this.#lastSeq.get(letter.from) ?? 0)) return undefined;
    // Processes come and go; the few that matter are the ones heard last.
    this.#lastSeq.delete(letter.from);
    this.#lastSeq.set(letter.from, letter.seq);
    const [oldest] = this.#lastSeq.keys();
    if (this.#lastSeq.size > MAX_SENDERS && oldest !== undefined) this.#lastSeq.delete(oldest);
    return letter;
  }

  #mac(body: string): string {
    return createHmac("sha256", this.#options.key).update(body).digest("hex");
  }
}

const MAC_CHARS = 64;
const MAX_SENDERS = 1_000;

function parse(body: string): z.infer<typeof Letter> | undefined {
  try {
    return Letter.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
