import { Duplex } from "node:stream";
import type { MessagePort } from "node:worker_threads";
import { FrontendBatches } from "./frontend-batches.ts";

/**
 * The "socket" that joins one pg client to the database worker: wire-protocol bytes over a MessagePort.
 * Has the few methods of net.Socket that pg calls; those that tune a TCP connection do nothing.
 */
export class WorkerStream extends Duplex {
  readonly #openPort: () => Promise<MessagePort>;
  readonly #batches = new FrontendBatches();
  #port: MessagePort | undefined;

  /** openPort gives this connection's own port, once the session before it is over. */
  constructor(openPort: () => Promise<MessagePort>) {
    super();
    this.#openPort = openPort;
  }

  connect(): this {
    this.#openPort().then(
      (port) => {
        if (this.destroyed) return port.close();
        this.#port = port;
        port.on("message", (answer: Uint8Array) =>
          this.push(Buffer.from(answer.buffer, answer.byteOffset, answer.length)),
        );
        this.emit("connect");
      },
      (error: Error) => this.destroy(error),
    );
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    this.#port?.ref();
    return this;
  }

  unref(): this {
    this.#port?.unref();
    return this;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk);
    done();
  }

  // pg corks while it writes Parse, Bind, Describe, Execute and Sync, so they arrive here together.
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }

  // Answers are pushed as they come: pg asks for one thing at a time, so they are bounded by what was asked.
  override _read(): void {}

  override _final(done: (error?: Error | null) => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#port?.close();
    done(error);
  }

  #send(bytes: Buffer): void {
    for (const batch of this.#batches.push(bytes)) this.#port?.postMessage(batch, [batch.buffer]);
  }
}
